import type { ChildProcess } from 'node:child_process'
import { fork } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RemoteSession } from '@bothkeys/core/testing'
import { RemoteStages, servedContract } from '@bothkeys/core/testing'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contractClient, contractDatabase } from '../../adapter-pg/test/served/support/contract-case.js'

let child: ChildProcess
let stages: RemoteStages
let folder: string

beforeAll(() => {
  const built = fileURLToPath(new URL('../dist/index.js', import.meta.url))
  if (!existsSync(built)) throw new Error('the served door runs on the built packages: run `npm run build` first')
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-served-'))
  child = fork(fileURLToPath(new URL('./support/contract-child.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  stages = new RemoteStages(child)
})

afterAll(async () => {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.disconnect()
  await exited
  rmSync(folder, { recursive: true, force: true })
})

/** A client in this process, of a door that the other one serves. */
async function start() {
  const { owner, url } = await contractDatabase()
  const { details, stage } = await stages.open({ url, folder })
  // It is what the child answers.
  const door = details as { readonly host: string; readonly port: number; readonly database: string }
  const client = contractClient<RemoteSession>(owner, ({ key }) => {
    const connection = new pg.Client({ ...door, user: 'agent', password: key })
    connection.on('error', () => undefined)
    return connection
  })
  return { stage, client }
}

describe('PostgreSQL, behind the sessions and capabilities of bothkeys serve, keeps the adapter contract', () => {
  it.each([...servedContract(() => start())])('$name', async (each) => {
    await expect(each.run()).resolves.toBeUndefined()
  })
})

import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Credential, Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import pg from 'pg'
import { expect, it, vi } from 'vitest'
import { governed } from '../support/governed.js'
import { leave, serveOrders } from './page-example.js'

const page = readFileSync(new URL('../../../../docs/served-postgres.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

it('docs/served-postgres.md shows the example that runs here', async () => {
  expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  const path = mkdtempSync(join(tmpdir(), 'bk-page-'))
  chmodSync(path, 0o750)
  const on = await governed()
  const opened: Session[] = []
  const guard = {
    openSession: async (credential: Credential) => {
      if (!('token' in credential) || credential.token !== 'a token')
        throw new BothKeysError('ERR_TOKEN_INVALID', 'the token was refused')
      const session = await on.session()
      opened.push(session)
      return session
    },
  }
  const door = await serveOrders(guard, on.target, path)
  const { database, host, port } = door
  const clientWith = (password: string): pg.Client => new pg.Client({ database, host, port, user: 'agent', password })
  const clients = [clientWith('a token'), clientWith('a token')] as const
  for (const client of clients) {
    client.on('error', () => undefined)
    await client.connect()
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }])
  }
  await expect(clientWith('another').connect()).rejects.toMatchObject({ code: '28P01', detail: 'ERR_TOKEN_INVALID' })
  expect(opened.map((session) => session.closed)).toEqual([false, false])
  await clients[0].end()
  await vi.waitFor(() => expect(opened.map((session) => session.closed)).toEqual([true, false]))
  await leave(door)
  expect(opened.map((session) => session.closed)).toEqual([true, true])
  await on.close()
  rmSync(path, { recursive: true })
})

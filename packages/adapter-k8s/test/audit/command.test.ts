import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileJournal } from '@bothkeys/core'
import { CoreV1Api } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exitCodes, run } from '../../src/audit/command.js'
import type { AuditEvent } from '../../src/index.js'
import { governed, type Governed } from '../support/governed.js'

let parent: string
let folder: string
let on: Governed

beforeEach(async () => {
  parent = mkdtempSync(join(tmpdir(), 'bothkeys-audit-'))
  folder = join(parent, 'audit')
  on = await governed([{ duty: 'read', resource: 'object:shop.**' }], { journal: () => fileJournal(folder) })
  const core = on.target.config(on.session).makeApiClient(CoreV1Api)
  on.api.answer = () => ({ body: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: [] } })
  await core.listNamespacedPod({ namespace: 'shop' })
  await core.deleteNamespacedPod({ namespace: 'shop', name: 'web-0' }).catch(() => undefined)
})

afterEach(async () => {
  await on.close()
  rmSync(parent, { recursive: true, force: true })
})

interface Ran {
  readonly code: number
  readonly out: string
  readonly error: string
}

async function ran(...args: string[]): Promise<Ran> {
  const out = new PassThrough()
  const errors: string[] = []
  const all = text(out)
  const code = await run(args, { out, error: (words) => errors.push(words) })
  out.end()
  return { code, out: await all, error: errors.join('') }
}

describe('the command that writes a journal as an audit log', () => {
  it('writes a line for each stage of each request, while the journal is in use', async () => {
    const { code, error, out } = await ran(folder)
    expect([code, error]).toEqual([exitCodes.done, ''])
    expect(out.endsWith('}\n')).toBe(true)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEvent)
    expect(lines.map(({ stage, verb, responseStatus }) => [stage, verb, responseStatus?.code])).toEqual([
      ['RequestReceived', 'list', undefined],
      ['ResponseComplete', 'list', 200],
      ['ResponseComplete', 'delete', 403],
    ])
    expect(lines[0]).toMatchObject({ apiVersion: 'audit.k8s.io/v1', kind: 'Event' })
  })

  it('writes nothing of a journal that does not verify, and says so', async () => {
    const [name = ''] = readdirSync(folder).filter((each) => each.endsWith('.jsonl'))
    const written = readFileSync(join(folder, name), 'utf8')
    const forged = written.replace('"result":"200"', '"result":"404"')
    expect(forged).not.toBe(written)
    writeFileSync(join(folder, name), forged)
    const { code, error, out } = await ran(folder)
    expect([code, out]).toEqual([exitCodes.corrupt, ''])
    expect(error).toContain('the journal does not verify at event')
    expect(error).toContain('verifyJournal()')
  })

  it('says that there is no journal', async () => {
    for (const path of [join(parent, 'nowhere'), parent]) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      const { code, error, out } = await ran(path)
      expect([code, out]).toEqual([exitCodes.unavailable, ''])
      expect(error).toContain(path)
    }
  })

  it('says how it is called, also where it was called wrongly', async () => {
    const asked = await ran('--help')
    expect(asked).toMatchObject({ code: exitCodes.done, error: '' })
    expect(asked.out).toContain('bothkeys-k8s-audit <folder>')
    const wrong = await Promise.all([ran(), ran(folder, folder), ran('--force', folder)])
    for (const { code, error, out } of wrong) {
      expect([code, out]).toEqual([exitCodes.usage, ''])
      expect(error).toContain('bothkeys-k8s-audit <folder>')
    }
  })

  it('ends when whoever reads the lines left', async () => {
    const errors: string[] = []
    const out = new Writable({
      write: (_chunk, _encoding, done) => {
        done(new Error('EPIPE'))
      },
    })
    const code = await run([folder], { out, error: (words) => errors.push(words) })
    expect([code, errors]).toEqual([exitCodes.failed, ['the lines could not be written\n']])
  })
})

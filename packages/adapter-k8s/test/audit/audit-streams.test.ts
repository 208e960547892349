import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { type AuditEvent, auditEvents } from '../../src/index.js'
import { answering } from '../evidence/support.js'
import { governed, type Guarded } from '../support/governed.js'
import { connected, forward, governedSocket, ran, refusedUpgrade, run } from '../support/governed-socket.js'

const id = 'b1946ac9-2492-4d23-8f3e-000000000007'
let on: { readonly close: () => Promise<void> } | undefined
afterEach(() => on?.close())

async function start(): ReturnType<typeof governedSocket> {
  const by = await governedSocket([run, forward])
  on = by
  by.api.sockets.on('headers', (headers) => headers.push(`Audit-Id: ${id}`))
  return by
}

/** How the last request ended. */
async function endIn({ journal }: Pick<Guarded, 'journal'>): Promise<AuditEvent | undefined> {
  await expect.poll(() => journal.events.at(-1)?.type).toBe('action.outcome')
  const lines: AuditEvent[] = []
  for await (const line of auditEvents(journal.events)) lines.push(line)
  return lines.at(-1)
}

function referenceIn({ journal }: Pick<Guarded, 'journal'>): unknown {
  return journal.events.findLast(({ type }) => type === 'action.outcome')?.['reference']
}

describe('the audit log of what became another protocol', () => {
  it.each([
    [0, 'completed'],
    [3, 'failed'],
  ])('has 101 for an exec that ended with %s, and the name that the API server gave it', async (code, outcome) => {
    const by = await start()
    by.api.play = ({ exit }) => exit(code)
    await ran(by.config, 'id')
    const end = await endIn(by)
    expect(end).toMatchObject({ stage: 'ResponseComplete', verb: 'get', responseStatus: { metadata: {}, code: 101 } })
    expect(end?.responseStatus).not.toHaveProperty('status')
    expect(end?.objectRef?.subresource).toBe('exec')
    expect(end?.annotations).toMatchObject({ 'bothkeys/outcome': outcome, 'bothkeys/server-audit-id': id })
    expect(referenceIn(by)).toBe(id)
  })

  it('has 101 for one that the client left', async () => {
    const by = await start()
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    heard.socket.terminate()
    const end = await endIn(by)
    expect([end?.stage, end?.responseStatus?.code]).toEqual(['ResponseComplete', 101])
    expect(end?.annotations).toMatchObject({
      'bothkeys/outcome': 'unknown',
      'bothkeys/result': '101',
      'bothkeys/server-audit-id': id,
    })
  })

  it('has 101 for an exec that ended without an exit code, and for a port-forward', async () => {
    const by = await start()
    by.api.play = ({ say, socket }) =>
      say(3, '{"metadata":{},"status":"Failure","message":"lost"}').then(() => {
        socket.close(1000)
      })
    await (
      await connected(by.config, '/exec?command=id&stdout=true')
    ).closed
    expect((await endIn(by))?.responseStatus?.code).toBe(101)
    by.api.play = ({ socket }) => {
      socket.close(1000)
    }
    await (
      await connected(by.config, '/portforward?ports=80')
    ).closed
    const end = await endIn(by)
    expect([end?.objectRef?.subresource, end?.responseStatus?.code]).toEqual(['portforward', 101])
  })

  it('has the code of the API server where it refused, with its name', async () => {
    const by = await start()
    by.api.refuse = (_request, socket) => {
      socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\naudit-id: ${id}\r\ncontent-length: 2\r\n\r\n{}`,
      )
      return true
    }
    expect((await refusedUpgrade(by.config, '/exec?command=id&stdout=true')).code).toBe(404)
    const end = await endIn(by)
    expect(end?.responseStatus).toEqual({ metadata: {}, status: 'Failure', code: 404 })
    expect(referenceIn(by)).toBe(id)
  })
})

describe('the audit log of a dry run of what the API server refuses', () => {
  it('has the name that the API server gave it where it refuses no more', async () => {
    const by = await governed([{ duty: ['read', 'write'], resource: 'object:shop.**' }])
    on = by
    const seen = answering({})
    let trials = 0
    by.api.answer = (request) => {
      if (!request.url.includes('dryRun=All')) return seen(request)
      trials += 1
      const status = trials === 1 ? 422 : 200
      return {
        status,
        headers: { 'audit-id': id },
        body: { kind: 'Status', apiVersion: 'v1', code: status, message: '' },
      }
    }
    const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    const core = by.target.config(by.session).makeApiClient(CoreV1Api)
    const patched = core.patchNamespacedConfigMap({ namespace: 'shop', name: 'c', body: { data: { a: '2' } } }, merge)
    await expect(patched).rejects.toThrow('what the API server says of the request changed meanwhile')
    const end = await endIn(by)
    expect(end).toMatchObject({ stage: 'ResponseComplete', responseStatus: { code: 200 } })
    expect([trials, referenceIn(by)]).toEqual([2, id])
  })
})

import type { ApprovalRequest, ApprovalVote, Approver } from '@bothkeys/core'
import { BothKeysError, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { HeldNotice } from '@bothkeys/core/adapter'
import { ApiException, CoreV1Api } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { holding } from '../support/approver.js'
import { governed, type Governed } from '../support/governed.js'

/** Somebody who answers when a test says so. */
class Asked implements Approver {
  readonly name = 'asked'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  #vote: ((vote: ApprovalVote) => unknown) | undefined

  ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => unknown): Promise<void> {
    this.requests.push(request)
    this.#vote = vote
    return Promise.resolve()
  }

  async allow(): Promise<void> {
    const credential = { [unverifiedCredential]: { kind: 'human', subject: 'dora', roles: ['dba'] } as const }
    const approver = await unverifiedIdentity().verify(credential, new AbortController().signal)
    const request = this.requests.at(-1)
    if (request !== undefined) await this.#vote?.({ decision: 'allow', approver, digest: request.digest })
  }
}

let on: Governed
afterEach(() => on.close())

async function start(): Promise<Asked> {
  const people = new Asked()
  on = await governed([{ duty: 'read', resource: 'object:shop.**' }], { approvers: [people], policy: holding('read') })
  on.api.answer = () => ({ body: { kind: 'Pod', apiVersion: 'v1', metadata: { name: 'p' } } })
  return people
}

const refusalIn = (error: unknown): { code: number; refusal: unknown; reason: string } => {
  if (!(error instanceof ApiException)) throw error
  const { details } = JSON.parse(String(error.body)) as { details: { causes: [{ reason: string }] } }
  return {
    code: error.code,
    refusal: (error.headers as Record<string, string>)['bothkeys-refusal'],
    reason: details.causes[0].reason,
  }
}

describe('a configuration for one call', () => {
  it('hears that its request is held, and no other request of the session', async () => {
    const people = await start()
    const [mine, others]: [HeldNotice[], HeldNotice[]] = [[], []]
    const over = new AbortController()
    const call = (heard: HeldNotice[]): CoreV1Api =>
      on.target
        .config(on.session, { signal: over.signal, onHeld: (notice) => void heard.push(notice) })
        .makeApiClient(CoreV1Api)
    call(others)
    const reading = call(mine).readNamespacedPod({ namespace: 'shop', name: 'p' })
    await expect.poll(() => mine.length).toBe(1)
    expect([mine[0]?.requestId, mine[0]?.rules]).toEqual([people.requests[0]?.id, ['h']])
    await people.allow()
    expect((await reading).metadata?.name).toBe('p')
    expect([others, on.api.seen.length]).toEqual([[], 1])
    over.abort()
  })

  it('takes back what waits when nobody waits for it, is told so, and leads nowhere from then on', async () => {
    await start()
    const over = new AbortController()
    const held: HeldNotice[] = []
    const core = on.target
      .config(on.session, { signal: over.signal, onHeld: (notice) => void held.push(notice) })
      .makeApiClient(CoreV1Api)
    const reading = core.readNamespacedPod({ namespace: 'shop', name: 'p' }).catch(refusalIn)
    await expect.poll(() => held.length).toBe(1)
    over.abort(new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'nobody waits any more'))
    expect(await reading).toEqual({
      code: 403,
      refusal: 'ERR_APPROVAL_WITHDRAWN',
      reason: 'ERR_APPROVAL_WITHDRAWN',
    })
    await expect(core.readNamespacedPod({ namespace: 'shop', name: 'p' })).rejects.toThrow()
    expect(on.api.seen).toEqual([])
  })

  it('ends with its session', async () => {
    await start()
    const core = on.target.config(on.session, { signal: new AbortController().signal }).makeApiClient(CoreV1Api)
    const reading = core.readNamespacedPod({ namespace: 'shop', name: 'p' })
    const ended = reading.then(() => 'answered').catch(() => 'broken off')
    await expect.poll(() => on.journal.events.some(({ type }) => type === 'approval.requested')).toBe(true)
    await on.session.close()
    expect(await ended).toBe('broken off')
    expect(on.api.seen).toEqual([])
  })

  it('shows no refusal that a server claims', async () => {
    on = await governed([{ duty: 'read', resource: 'object:shop.**' }])
    const details = { causes: [{ reason: 'ERR_APPROVAL_WITHDRAWN', message: 'x' }] }
    on.api.answer = () => ({
      status: 403,
      headers: { 'bothkeys-refusal': 'ERR_APPROVAL_WITHDRAWN' },
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'no', details, code: 403 },
    })
    const over = new AbortController()
    const core = on.target.config(on.session, { signal: over.signal }).makeApiClient(CoreV1Api)
    const said = await core.readNamespacedPod({ namespace: 'shop', name: 'p' }).catch(refusalIn)
    over.abort()
    expect(said).toEqual({ code: 403, refusal: undefined, reason: 'ERR_APPROVAL_WITHDRAWN' })
  })
})

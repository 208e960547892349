import { describe, expect, it } from 'vitest'
import { principalFragment } from '../../src/identity/principal-fragment.js'
import { CanonicalFragment } from '../../src/model/canonical-json.js'
import type { Action, Description } from '../../src/model/action.js'
import type { Digest } from '../../src/model/digest.js'
import type { Requester } from '../../src/requester.js'
import { bindRequest } from '../../src/request-digest.js'
import { describeAs, person } from './support.js'

const policy = 'p'.repeat(64) as Digest
const description: Description = describeAs('read')
const action: Action = {
  target: { name: 'db', kind: 'fake', labels: { env: 'prod' } },
  identity: { host: 'one' },
  description,
  parameters: ['x'],
  stateEpoch: 's1',
}

async function requester(record: string, root: string): Promise<Requester> {
  const principal = await person()
  return {
    sessionId: 'session',
    principal: { ...principal, run: { id: root, root } },
    principalRecord: principalFragment(principal),
    actorRecord: new CanonicalFragment(record),
    roles: () => [],
    proof: undefined,
    signal: new AbortController().signal,
    endIfExpired: () => undefined,
    nextActionId: () => 'a1',
    spend: () => undefined,
    fail: () => undefined,
    trace: () => undefined,
  }
}

/** The text under the digest, with the nonce taken out so that two requests can be compared. */
async function textOf(
  change: { action?: Partial<Action>; engine?: string; policy?: string; actor?: string; root?: string } = {},
): Promise<string> {
  const who = await requester(change.actor ?? 'actor', change.root ?? 'root')
  const bound = bindRequest(
    change.engine ?? 'engine',
    who,
    { ...action, ...change.action },
    (change.policy ?? policy) as Digest,
  )
  return bound.requestText.replace(/"nonce":"[0-9a-f]{32}"/, '"nonce":"…"')
}

describe('the request digest', () => {
  it('differs for two identical requests, because each has its own nonce', async () => {
    const who = await requester('actor', 'root')
    const one = bindRequest('engine', who, action, policy)
    const other = bindRequest('engine', who, action, policy)
    expect(one.digest).not.toBe(other.digest)
    expect(one.digest).toMatch(/^[0-9a-f]{64}$/)
  })

  it('keeps the nonce out of what is recorded', async () => {
    const who = await requester('actor', 'root')
    const { requestText, ...kept } = bindRequest('engine', who, action, policy)
    const nonce = /"nonce":"([0-9a-f]{32})"/.exec(requestText)?.[1] ?? 'none'
    expect(JSON.stringify({ ...kept, action: kept.actionRecord.text, target: kept.targetRecord.text })).not.toContain(
      nonce,
    )
  })

  it.each([
    ['the text', { action: { description: { ...description, text: 'another' } } }],
    ['an effect', { action: { description: describeAs('read', 'write') } }],
    ['a parameter', { action: { parameters: ['y'] } }],
    ['the type of a parameter', { action: { parameters: [{ $bytes: 'x' }] } }],
    ['the host', { action: { identity: { host: 'two' } } }],
    ['the target', { action: { target: { ...action.target, name: 'other' } } }],
    ['a label', { action: { target: { ...action.target, labels: { env: 'test' } } } }],
    ['the state of the session', { action: { stateEpoch: 's2' } }],
    ['the actor', { actor: 'somebody else' }],
    ['the root run', { root: 'another root' }],
    ['the engine', { engine: 'another' }],
    ['the policy', { policy: 'q'.repeat(64) }],
  ])('covers %s', async (_what, change) => {
    expect(await textOf(change)).not.toBe(await textOf())
  })

  it('is made of canonical JSON', async () => {
    const text = await textOf()
    expect(JSON.stringify(JSON.parse(text))).toBe(text)
  })
})

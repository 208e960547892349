import { describe, expect, it } from 'vitest'
import { approvalRequest } from '../../src/approvals/request.js'
import { readRequest, requestFor } from '../../src/approvals/read-request.js'
import { requestEnvelope } from '../../src/approvals/request-envelope.js'
import { snapshot } from '../../src/model/snapshot.js'
import { actorFragment, principalFragment } from '../../src/identity/principal-fragment.js'
import { delegatedPrincipal } from '../../src/identity/make-principal.js'
import { canonicalJson } from '../../src/model/canonical-json.js'
import type { Action } from '../../src/model/action.js'
import type { Effect } from '../../src/model/effect.js'
import { duties } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import { bindRequest } from '../../src/request-digest.js'
import { fc } from '../properties.js'
import { agent, firstPolicy, hold, human, startMs } from './support.js'

/** The request that people are asked for an action, as the engine makes it. */
function asked(action: Partial<Action> = {}, requester: Principal = agent('etl'), changes: object = {}) {
  const base = hold({ requester, ...changes })
  const whole = { ...base.action, ...action }
  const by = {
    sessionId: 's',
    principal: requester,
    principalRecord: principalFragment(requester),
    actorRecord: actorFragment(requester),
  } as Parameters<typeof bindRequest>[1]
  const bound = bindRequest('orders', by, whole, firstPolicy.digest, { nonce: 'ab'.repeat(16), actionId: 'a-1' })
  const call = { ...base, ...bound, action: whole, policyDigest: firstPolicy.digest }
  return approvalRequest('0'.repeat(32), call, startMs + 60_000, 'orders')
}

const parsed = (): { claims: Record<string, unknown>; exact: string; v: number } =>
  JSON.parse(requestEnvelope(asked())) as never

const refusal = (envelope: unknown): unknown => {
  try {
    readRequest(typeof envelope === 'string' ? envelope : JSON.stringify(envelope))
    return 'read'
  } catch (error) {
    return error
  }
}

describe('a request that is read in another process', () => {
  it('has the digest, the view and the subject that it had where it was asked', () => {
    const request = asked()
    const read = readRequest(requestEnvelope(request))
    expect(read.subject).toEqual(request.subject)
    expect(read.view).toEqual(request.view)
    expect(read.digest).toBe(request.digest)
    expect(read.expiresAt).toEqual(request.expiresAt)
    expect(read.engine).toBe('orders')
  })

  it('is shown in clear to those whom every mask leaves out, as the engine would show it', () => {
    const masking = (...rules: readonly (readonly string[])[]) => ({
      rules: rules.map((except) => ({ rule: 'pii', values: 1, except })),
      text: null,
      spans: [],
      parameters: [1],
    })
    const whole = asked()
    const request = asked({}, undefined, { hidden: masking(['fraud', 'x'], ['fraud']) })
    const read = readRequest(requestEnvelope(request))
    expect(read).toMatchObject({ parameters: ['[masked]'], view: { complete: false, masked: true } })
    expect(requestFor(read, ['x', 'dba'])).toBe(read)
    const clear = requestFor(read, ['dba', 'fraud'])
    expect(clear).toMatchObject({
      parameters: whole.parameters,
      hidden: undefined,
      view: whole.view,
      subject: whole.subject,
    })
    expect(requestFor(read, ['fraud'])).toBe(clear)
    expect(requestFor(clear, [])).toBe(clear)
    const nobody = readRequest(requestEnvelope(asked({}, undefined, { hidden: masking(['fraud'], []) })))
    expect(requestFor(nobody, ['fraud'])).toBe(nobody)
  })

  it('is read however deep what was copied for it is nested', () => {
    const nested = (levels: number): unknown =>
      levels === 0 ? 7n : levels % 2 === 0 ? [nested(levels - 1)] : { of: nested(levels - 1) }
    const deepest = snapshot([nested(47)])
    expect(() => snapshot([nested(48)])).toThrow(expect.objectContaining({ code: 'ERR_SNAPSHOT_INVALID' }) as Error)
    const request = asked({ parameters: deepest as Action['parameters'] })
    expect(readRequest(requestEnvelope(request)).subject).toEqual(request.subject)
  })

  it('is the same to both sides whatever the action is', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 12 })
    const attribute = fc.oneof(name, fc.integer(), fc.boolean(), fc.array(name, { maxLength: 3 }))
    const effect: fc.Arbitrary<Effect> = fc.record({
      duty: fc.constantFrom(...duties),
      resource: fc.oneof(name, fc.constant('table:public.invoices')),
      attributes: fc.dictionary(name, attribute, { maxKeys: 4 }),
    })
    const texts = fc.dictionary(name, name, { maxKeys: 4 })
    const action = fc.record({
      identity: texts,
      settings: fc.option(texts, { nil: undefined }),
      parameters: fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 3 }),
      effects: fc.array(effect, { maxLength: 4 }),
      text: fc.string({ unit: 'grapheme', maxLength: 200 }),
    })
    const requester = fc.constantFrom(
      agent('etl', { change: 'CHG-1' }),
      human('ann'),
      agent('load', { actors: [{ issuer: 'https://agents.example', id: 'other' }] }),
    )
    fc.assert(
      fc.property(action, requester, fc.option(fc.nat(), { nil: undefined }), (made, who, maxAffected) => {
        const { effects, text, ...rest } = made
        const description = { operation: 'query', text, recordedText: text, effects }
        const request = asked({ ...rest, description } as Partial<Action>, who, { maxAffected })
        const read = readRequest(requestEnvelope(request))
        expect(read.view).toEqual(request.view)
        expect(read.subject).toEqual(request.subject)
      }),
      { numRuns: 300 },
    )
  })

  it('cannot show one thing and be another', () => {
    const honest = asked()
    const other = asked({ description: { ...hold().action.description, text: 'select 1', effects: [] } })
    const forged = { ...(JSON.parse(requestEnvelope(other)) as object), digest: honest.digest, view: honest.view }
    expect(refusal(forged)).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    const read = readRequest(requestEnvelope(other))
    expect(read.digest).not.toBe(honest.digest)
    expect(read.view.text).toContain('| select 1')
  })

  it.each([
    ['an older version', () => ({ ...parsed(), v: 1 })],
    ['a newer version', () => ({ ...parsed(), v: 3 })],
    ['no word of what masks hide', () => ({ ...parsed(), claims: { ...parsed().claims, hidden: undefined } })],
    ['what is not known', () => ({ ...parsed(), more: 1 })],
    ['no canonical text', () => ({ ...parsed(), exact: undefined })],
    ['text that is not canonical', () => ({ ...parsed(), exact: parsed().exact.replace('{', '{ ') })],
    ['text with a name twice', () => ({ ...parsed(), exact: parsed().exact.replace('{', '{"action":{},') })],
    ['text that is cut', () => ({ ...parsed(), exact: parsed().exact.slice(0, -1) })],
    ['no claims', () => ({ ...parsed(), claims: undefined })],
    ['claims that are not known', () => ({ ...parsed(), claims: { ...parsed().claims, more: 1 } })],
    ['an id that is none', () => ({ ...parsed(), claims: { ...parsed().claims, id: '../1' } })],
    ['a time in two spellings', () => ({ ...parsed(), claims: { ...parsed().claims, expiresAt: '2026-05-04' } })],
    ['a time that is none', () => ({ ...parsed(), claims: { ...parsed().claims, expiresAt: 'soon' } })],
    ['a bound that is none', () => ({ ...parsed(), claims: { ...parsed().claims, maxAffected: -1 } })],
    ['no stages', () => ({ ...parsed(), claims: { ...parsed().claims, stages: [] } })],
    ['nine stages', () => ({ ...parsed(), claims: { ...parsed().claims, stages: Array(9).fill(stage) } })],
    ['a stage of nobody', () => ({ ...parsed(), claims: { ...parsed().claims, stages: [{ ...stage, count: 0 }] } })],
    [
      'a stage of a dimension that is none',
      () => ({
        ...parsed(),
        claims: { ...parsed().claims, stages: [{ ...stage, independent: ['mood'] }] },
      }),
    ],
    ['257 rules', () => ({ ...parsed(), claims: { ...parsed().claims, rules: Array(257).fill('r') } })],
    ['no object', () => '[]'],
    ['no JSON', () => '{'],
    ['a name twice', () => `${JSON.stringify(parsed()).slice(0, -1)},"v":1}`],
    ['more than two mebibytes', () => ({ ...parsed(), claims: { ...parsed().claims, rules: ['r'.repeat(2 ** 21)] } })],
  ])('is refused with %s', (_what, envelope) => {
    expect(refusal(envelope())).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  })

  it.each([
    ['actor', { actor: { kind: 'robot' } }],
    ['actor', { actor: { kind: 'agent', level: 'none', subject: { id: 'a', issuer: 'i' }, verifiedBy: 'jwt' } }],
    ['actor', { actor: { kind: 'agent', level: 'asserted', subject: {} } }],
    ['action', { action: { effects: [{ duty: 'fly', resource: 'r', attributes: {} }], operation: 'q', text: 't' } }],
    [
      'action',
      { action: { effects: [{ duty: 'read', resource: 'r', attributes: { a: {} } }], operation: 'q', text: 't' } },
    ],
    ['policy', { policy: 'none' }],
    ['engine', { engine: 1 }],
    ['identity', { target: { identity: { host: 1 }, kind: 'k', name: 'n' } }],
    ['parameters', { parameters: {} }],
  ])('is refused when its %s cannot be read', (_what, changes) => {
    const whole = { ...(JSON.parse(parsed().exact) as object), ...changes }
    expect(refusal({ ...parsed(), exact: canonicalJson(whole as never) })).toMatchObject({
      code: 'ERR_REQUEST_INVALID',
    })
  })
})

describe('what a relay does not know of a request', () => {
  const more = { more: 1 }
  /** The canonical text with one object of it changed. */
  const text = (change: (whole: Exact) => void): string => {
    const sub = delegatedPrincipal(agent('etl'), {
      link: { name: 'tidy', session: 's', run: 'r', subject: { id: 'etl', issuer: 'i' }, roles: [] },
      runId: 'child',
      roles: [],
      agentClass: undefined,
      key: undefined,
      expiresAtMs: startMs + 1_000,
    })
    const whole = JSON.parse(asked({}, sub).exact) as Exact
    change(whole)
    return canonicalJson(whole as never)
  }

  it.each<[string, (whole: Exact) => void]>([
    ['it', (whole) => Object.assign(whole, more)],
    ['its action', ({ action }) => Object.assign(action, more)],
    ['its actor', ({ actor }) => Object.assign(actor, more)],
    ['its subject', ({ actor }) => Object.assign(actor.subject, more)],
    ['its target', ({ target }) => Object.assign(target, more)],
    ['an effect', ({ action }) => Object.assign(action.effects[0] ?? {}, more)],
    ['a link', ({ actor }) => Object.assign(actor.delegation[0] ?? {}, more)],
    ['the subject of a link', ({ actor }) => Object.assign(actor.delegation[0]?.subject ?? {}, more)],
  ])('is refused in %s', (_what, change) => {
    expect(refusal({ ...parsed(), exact: text(() => undefined) })).toBe('read')
    const hidden = refusal({ ...parsed(), exact: text(change) })
    expect(hidden).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
    expect(String((hidden as Error).message)).toContain('members that are not known')
  })

  it.each<[string, object]>([
    ['nothing', { parameters: [] }],
    ['by no rule', { rules: [] }],
    ['by 257 rules', { rules: Array(257).fill({ rule: 'pii', values: 1, except: [] }) }],
    ['by a rule without a name', { rules: [{ rule: 7, values: 1, except: [] }] }],
    ['by a rule with a long name', { rules: [{ rule: 'r'.repeat(1_025), values: 1, except: [] }] }],
    ['less than nothing', { rules: [{ rule: 'pii', values: -1, except: [] }] }],
    ['a text that is none', { text: 7 }],
    ['half a place', { spans: [{ start: 0.5, end: 2 }] }],
    ['a place that is none', { spans: [{ start: 0, end: '2' }] }],
    ['a place behind the end', { spans: [{ start: 0, end: 1_000 }] }],
    [
      'places in disorder',
      {
        spans: [
          { start: 4, end: 6 },
          { start: 0, end: 2 },
        ],
      },
    ],
    ['a place without an end', { spans: [{ start: 0 }] }],
    ['a place and more', { spans: [{ start: 0, end: 2, ...more }] }],
    ['a rule and more', { rules: [{ rule: 'pii', values: 1, except: [], ...more }] }],
    ['a parameter that there is not', { parameters: [2] }],
    ['more', more],
  ])('is refused in what masks hide: %s', (_what, changes) => {
    const hidden = { rules: [{ rule: 'pii', values: 1, except: [] }], text: null, spans: [], parameters: [1] }
    const whole = (each: object): unknown => ({ ...parsed(), claims: { ...parsed().claims, hidden: each } })
    expect(refusal(whole(hidden))).toBe('read')
    expect(refusal(whole({ ...hidden, ...changes }))).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  })

  it.each<[string, unknown]>([
    ['a stage', { stages: [{ ...stage, ...more }] }],
    ['an estimate that is none', { estimate: { none: 'off', ...more } }],
    ['an estimate', { estimate: { steps: [step], ...more } }],
    ['a step of an estimate', { estimate: { steps: [{ ...step, ...more }] } }],
    ['a reason that is no estimate', { estimate: { none: 'Off' } }],
    ['an estimate of nothing', { estimate: {} }],
    ['an estimate of no steps', { estimate: { steps: [] } }],
    ['an estimate of too many steps', { estimate: { steps: Array(25).fill(step) } }],
    ['an estimate with a step that is none', { estimate: { steps: [step, { ...step, rows: -1 }] } }],
    ['an estimate that is both', { estimate: { none: 'off', steps: [step] } }],
    ['an estimate that is text', { estimate: 'none' }],
    ['an estimate that is null', { estimate: null }],
  ])('is refused in what the engine claims: %s', (_what, claims) => {
    const whole = (changes: unknown): unknown => ({
      ...parsed(),
      claims: { ...parsed().claims, ...(changes as object) },
    })
    expect(refusal(whole({ estimate: { none: 'off' } }))).toBe('read')
    expect(refusal(whole({ estimate: { steps: Array(24).fill(step) } }))).toBe('read')
    expect(refusal(whole(claims))).toMatchObject({ code: 'ERR_REQUEST_INVALID' })
  })
})

type Exact = {
  action: { effects: object[] }
  actor: { subject: object; delegation: { subject: object }[] }
  target: object
}

const step = { depth: 0, node: 'Seq Scan', relation: 'public.t', rows: 3 }
const stage = { count: 1, independent: [], role: 'dba', stage: 'peer' }

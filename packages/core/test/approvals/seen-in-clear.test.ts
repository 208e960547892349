import { describe, expect, it } from 'vitest'
import type { Approver } from '../../src/approvals/approver.js'
import type { HoldRequest } from '../../src/approvals/coordinator.js'
import type { HiddenValues } from '../../src/approvals/hidden-values.js'
import { clearRequest } from '../../src/approvals/request.js'
import type { ApprovalLevel } from '../../src/model/decision.js'
import { BothKeysError } from '../../src/errors.js'
import type { Principal } from '../../src/model/principal.js'
import { bench, HandApprover, heldOf, hold, human, never, requirement } from './support.js'

const hiding = (...rules: readonly (readonly string[])[]): HiddenValues => ({
  rules: rules.map((except, index) => ({ rule: `pii-${String(index)}`, values: 1, except })),
  text: null,
  spans: [],
  parameters: [1],
})

/** Evidence that names its view and its voter: all that these tests need of a signature. */
function deskOf(people: readonly Principal[]): HandApprover {
  const verify: NonNullable<Approver['verify']> = (evidence, about) => {
    const { decision, id, view } = JSON.parse(evidence) as { decision: 'allow' | 'deny'; id: string; view: string }
    const approver = people.find(({ subject }) => subject.id === id)
    if (view !== about.view || approver === undefined) {
      return Promise.reject(new BothKeysError('ERR_TOKEN_INVALID', 'it is about something else'))
    }
    return Promise.resolve({ decision, approver, level: 'signed', stage: undefined, id: evidence })
  }
  return new HandApprover('desk', 'signed', verify)
}

interface Said {
  readonly receipt: unknown
  readonly outcome: string
}

/** Asks at a level, and has one person answer what they saw. */
async function said(
  hidden: HiddenValues,
  who: Principal,
  {
    decision = 'allow',
    level = 'signed',
    saw = 'clear',
    text,
  }: {
    readonly decision?: string
    readonly level?: ApprovalLevel
    readonly saw?: 'clear' | 'masked'
    readonly text?: string
  } = {},
): Promise<Said> {
  const desk = deskOf([who])
  const on = bench({ approvers: [desk] })
  const asked: HoldRequest = { ...hold({}, text), hidden, requirement: requirement({ level }) }
  const gone = new AbortController()
  const running = on.coordinator.request(asked, gone.signal)
  const first = await Promise.race([desk.asked, running])
  if ('outcome' in first) return { receipt: undefined, outcome: first.outcome }
  expect(first.parameters).toEqual(['[masked]'])
  const clear = clearRequest(first, asked, 'bothkeys')
  const view = saw === 'clear' ? clear?.view.digest : first.view.digest
  const receipt = await on.coordinator.submit(first.id, JSON.stringify({ decision, id: who.subject.id, view }))
  const held = await Promise.race([running, Promise.resolve(undefined)])
  if (held?.outcome === 'approved') await on.coordinator.consume(held.held, asked.digest)
  gone.abort()
  return { receipt, outcome: (await running).outcome }
}

const counted = { counted: true }
const ann = human('ann', ['dba', 'fraud'])
const bob = human('bob', ['dba'])

describe('a yes to what masks hide from others', () => {
  it('counts at signed from whoever every rule leaves out', async () => {
    expect(await said(hiding(['fraud'], ['dba', 'x']), ann)).toEqual({ receipt: counted, outcome: 'approved' })
  })

  it('does not count from anybody else, at any level, whoever showed it to them', async () => {
    const refused = { receipt: { counted: false, reason: 'may-not-see' }, outcome: 'withdrawn' }
    expect(await said(hiding(['fraud']), bob)).toEqual(refused)
    expect(await said(hiding(['fraud'], ['dba', 'x']), bob)).toEqual(refused)
    expect(await said(hiding(['fraud']), bob, { level: 'channel' })).toEqual(refused)
    expect(await said(hiding([]), ann, { level: 'channel' })).toEqual(refused)
  })

  it('is not one to the masked view, which is no more than a click', async () => {
    const low = { receipt: { counted: false, reason: 'level-too-low' }, outcome: 'withdrawn' }
    expect(await said(hiding(['fraud']), ann, { saw: 'masked' })).toEqual(low)
    expect(await said(hiding(['fraud']), bob, { saw: 'masked' })).toEqual(low)
    expect(await said(hiding(['fraud']), bob, { saw: 'masked', level: 'channel' })).toEqual({
      receipt: counted,
      outcome: 'approved',
    })
  })

  it('is no more than a click where the clear view is cut', async () => {
    const long = await said(hiding(['fraud']), ann, { level: 'channel', text: 'x'.repeat(9_000) })
    expect(long).toEqual({ receipt: counted, outcome: 'approved' })
  })

  it('is asked for at signed where somebody could give it, and nowhere else', async () => {
    expect(await said(hiding([]), ann)).toEqual({ receipt: undefined, outcome: 'unavailable' })
    expect(await said(hiding(['fraud'], []), ann)).toEqual({ receipt: undefined, outcome: 'unavailable' })
  })

  it('is worth nothing when they have lost the role by the time it is spent', async () => {
    const desk = deskOf([ann])
    const on = bench({ approvers: [desk] })
    const asked = { ...hold(), hidden: hiding(['fraud']), requirement: requirement({ level: 'signed' }) }
    const running = on.coordinator.request(asked, never)
    const first = await desk.asked
    const view = clearRequest(first, asked, 'bothkeys')?.view.digest
    await on.coordinator.submit(first.id, JSON.stringify({ decision: 'allow', id: 'ann', view }))
    const held = heldOf(await running)
    on.liveRoles.set(ann, ['dba'])
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('is a no when it is one, whoever gives it', async () => {
    expect(await said(hiding(['fraud']), bob, { decision: 'deny' })).toEqual({ receipt: counted, outcome: 'denied' })
    expect(await said(hiding(['fraud']), bob, { decision: 'deny', saw: 'masked' })).toEqual({
      receipt: counted,
      outcome: 'denied',
    })
  })
})

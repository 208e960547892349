import { describe, expect, it } from 'vitest'
import type { Principal } from '../../src/model/principal.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { HistoryInput } from '../../src/policy/separation-input.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { comparePolicies } from '../../src/policy/widening.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { loadError } from '../policy/load-error.js'
import { fc } from '../properties.js'
import type { DutyBench } from './support.js'
import { agent, dutiesApart, dutyBench, effect, hourMs, human, startMs, verdict, YesOf } from './support.js'

const chain: HistoryInput = {
  id: 'C1',
  steps: ['request', 'approve', 'execute'],
  per: 'object',
  window: '24h',
}
/** `delete` is held; `write` is what nobody is asked about. */
const chained = (rule: Partial<HistoryInput> = {}): PolicyInput => ({
  ...dutiesApart,
  separate: { history: [{ ...chain, ...rule }] },
})
const a = (duty: 'read' | 'write' | 'delete') => [effect(duty, 'table:public.a')]
const b = (duty: 'read' | 'write' | 'delete') => [effect(duty, 'table:public.b')]
const worker = (id: string, ownedBy = id): Principal => agent({ id, ownedBy })
const ann = agent({ id: 'ann-bot', ownedBy: 'ann', roles: ['dba', 'worker'] })

async function bench(rule: Partial<HistoryInput> = {}): Promise<DutyBench & { readonly yes: YesOf }> {
  const yes = new YesOf(human('zoe'))
  return Object.assign(await dutyBench({ policy: chained(rule), approvers: [yes] }), { yes })
}

describe('history chains', () => {
  it('keep whoever requested an action on an object from executing another one there', async () => {
    const on = await bench()
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('permitted')
    const admission = await on.does(worker('w'), a('write'))
    expect(admission).toMatchObject({
      refusal: {
        code: 'ERR_DUTY_CONFLICT',
        rules: ['C1'],
        message: expect.stringContaining(
          'this is about execute, and request came before; of the steps request, approve, execute,',
        ),
      },
    })
  })

  it('keep whoever executed one from requesting and from approving one', async () => {
    const on = await bench()
    on.yes.who = ann
    expect(verdict(await on.does(ann, a('write')))).toBe('permitted')
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(on.yes.receipts).toEqual(['duty-conflict: C1'])
    on.yes.who = human('zoe')
    expect(verdict(await on.does(ann, a('delete')))).toBe('ERR_DUTY_CONFLICT')
  })

  it('keep whoever approved one from executing and from requesting one', async () => {
    const on = await bench()
    on.yes.who = ann
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await on.does(ann, a('write')))).toBe('ERR_DUTY_CONFLICT')
    on.yes.who = human('zoe')
    expect(verdict(await on.does(ann, a('delete')))).toBe('ERR_DUTY_CONFLICT')
  })

  it.each([
    ['another agent of the same person', agent({ id: 'second', ownedBy: 'w', runRoot: 'another run' })],
    ['somebody else in the same run', agent({ id: 'child', ownedBy: 'rita', runRoot: 'run-of-w' })],
    ['the same key in other hands', agent({ id: 'third', ownedBy: 'rita', key: 'thumb' })],
  ])('are not reset by %s', async (_what, who) => {
    const on = await bench()
    const first = agent({ id: 'w', ownedBy: 'w', key: 'thumb' })
    expect(verdict(await on.does(first, a('delete')))).toBe('permitted')
    expect(verdict(await on.does(who, a('write')))).toBe('ERR_DUTY_CONFLICT')
  })

  it('let the same step be taken again, reads through, and other objects and strangers be', async () => {
    const on = await bench()
    for (const step of [a('delete'), a('delete'), a('read'), b('write')])
      expect(verdict(await on.does(worker('w'), step))).toBe('permitted')
    expect(verdict(await on.does(worker('w'), a('write'), 'other'))).toBe('permitted')
    expect(verdict(await on.does(worker('v'), a('write')))).toBe('permitted')
  })

  it('look at no target but their own', async () => {
    const on = await bench({ per: 'run', target: 'db' })
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await on.does(worker('w'), a('write'), 'other'))).toBe('permitted')
    expect(verdict(await on.does(worker('w'), b('write')))).toBe('ERR_DUTY_CONFLICT')
  })

  it('ask nobody about a request that they will refuse', async () => {
    const on = await bench()
    expect(verdict(await on.does(worker('w'), a('write')))).toBe('permitted')
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('ERR_DUTY_CONFLICT')
    expect(on.yes.receipts).toEqual([])
  })

  it('count only the steps and the duties that they list', async () => {
    const steps = await bench({ steps: ['approve', 'execute'] })
    expect(verdict(await steps.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await steps.does(worker('w'), a('write')))).toBe('permitted')
    const duties = await bench({ duty: 'delete' })
    duties.yes.who = ann
    expect(verdict(await duties.does(ann, a('write')))).toBe('permitted')
    expect(verdict(await duties.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await duties.does(ann, a('write')))).toBe('permitted')
  })

  it('count on the whole target, or on the root run, where they say so', async () => {
    const target = await bench({ per: 'target' })
    expect(verdict(await target.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await target.does(worker('w'), b('write')))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await target.does(worker('w'), b('write'), 'other'))).toBe('permitted')
    const run = await bench({ per: 'run' })
    expect(verdict(await run.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await run.does(worker('w'), b('write'), 'other'))).toBe('ERR_DUTY_CONFLICT')
  })

  it('count for the window and not longer than a 64th more', async () => {
    const clock = fixedClock(startMs)
    const on = await dutyBench({ policy: chained(), approvers: [new YesOf(human('zoe'))], clock })
    expect(verdict(await on.does(worker('w'), a('delete')))).toBe('permitted')
    clock.advance(24 * hourMs)
    expect(verdict(await on.does(worker('w'), a('write')))).toBe('ERR_DUTY_CONFLICT')
    clock.advance((24 * hourMs) / 64 + 1)
    expect(verdict(await on.does(worker('w'), a('write')))).toBe('permitted')
  })

  it('refuse whoever is unknown in a dimension that they count over', async () => {
    const on = await bench()
    expect(verdict(await on.does(agent({ id: 'orphan', owners: undefined }), a('write')))).toBe('ERR_DUTY_CONFLICT')
  })

  it('come back from the record after a restart, each step as what it was', async () => {
    const journal = memoryJournal()
    const clock = fixedClock(startMs)
    const yes = new YesOf(ann)
    const first = await dutyBench({ policy: chained(), approvers: [yes], journal, clock })
    expect(verdict(await first.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await first.does(worker('v'), a('write')))).toBe('permitted')
    await first.guard.close()
    const again = await dutyBench({ policy: chained(), approvers: [new YesOf(human('zoe'))], journal, clock })
    expect(verdict(await again.does(worker('w'), a('write')))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await again.does(ann, a('write')))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await again.does(worker('v'), a('delete')))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await again.does(worker('w'), a('delete')))).toBe('permitted')
    expect(verdict(await again.does(worker('v'), a('write')))).toBe('permitted')
  })

  it('never let one person take two different steps on one object, in whatever order', async () => {
    const who = fc.constantFrom('p', 'q', 'r')
    const event = fc.record({ by: who, approver: who, object: fc.constantFrom('a', 'b'), held: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 8 }), async (events) => {
        const on = await bench()
        const taken = new Map<string, string>()
        for (const { approver, by, held, object } of events) {
          on.yes.who = human(approver, ['dba'])
          const action = [effect(held ? 'delete' : 'write', `table:public.${object}`)]
          const outcome = verdict(await on.does(worker(`bot-of-${by}`, by), action))
          const steps = held ? [[by, 'request'] as const, [approver, 'approve'] as const] : [[by, 'execute'] as const]
          const isFree = steps.every(([person, step]) => (taken.get(`${person} ${object}`) ?? step) === step)
          // What a chain adds is judged on requests that independence lets through.
          const isAllowed = isFree && !(held && by === approver)
          expect(outcome === 'permitted').toBe(isAllowed)
          const requester = taken.get(`${by} ${object}`) ?? 'request'
          const isCast = held && requester === 'request' && by !== approver
          if (isAllowed) for (const [person, step] of steps) taken.set(`${person} ${object}`, step)
          else if (
            isCast &&
            steps.slice(1).every(([person, step]) => (taken.get(`${person} ${object}`) ?? step) === step)
          )
            taken.set(`${approver} ${object}`, 'approve')
        }
      }),
      { numRuns: 20 },
    )
  })

  it.each<readonly [string, Partial<HistoryInput>, string]>([
    ['one step', { steps: ['request'] }, 'separate.history[0].steps: the list needs at least'],
    ['a step twice', { steps: ['request', 'request'] }, 'separate.history[0].steps[1]: "request" is there twice'],
    ['a target that is not there', { target: 'dbs' }, 'separate.history[0].target: unknown target "dbs"'],
    ['no target', { target: { env: 'dev' } }, 'separate.history[0].target: it selects no target'],
    ['a duty of the guard', { duty: 'approve' }, 'separate.history[0].duty: no action has the duty "approve"'],
    ['what no role may do', { duty: 'grant' }, 'separate.history[0].duty: no role may do any of it there'],
    ['what nobody is asked about', { duty: 'write' }, 'nobody ever takes the step "request"'],
    ['a taken id', { id: 'H1' }, 'separate.history[0].id: the id "H1" is taken'],
  ])('are refused for %s', (_what, rule, says) => {
    expect(loadError(chained(rule)).message).toContain(says)
  })

  it('are refused on objects where some role may do what nobody understands', () => {
    const policy = chained({})
    const roles = { ...policy.roles, worker: [{ target: 'db', duty: ['write', 'opaque'] as const }] }
    const hold = policy.hold!.map((rule) => ({ ...rule, duty: ['delete', 'opaque'] as const }))
    expect(loadError({ ...policy, roles, hold }).message).toContain('separate.history[0].per: some role has the duty')
  })

  it.each<readonly [string, PolicyInput, PolicyInput, string]>([
    ['added', { ...dutiesApart, separate: {} }, chained(), 'narrowing'],
    ['dropped', chained(), { ...dutiesApart, separate: {} }, 'the history chain "C1" is gone'],
    ['with another window', chained(), chained({ window: '1h' }), 'the history chain "C1" changed'],
    ['with fewer steps', chained(), chained({ steps: ['approve', 'execute'] }), 'the history chain "C1" changed'],
    ['about other duties', chained(), chained({ duty: 'delete' }), 'the history chain "C1" changed'],
    ['counted on something else', chained(), chained({ per: 'run' }), 'the history chain "C1" changed'],
    ['counted per change', chained(), chained({ per: 'change' }), 'the history chain "C1" changed'],
    ['counted per change no longer', chained({ per: 'change' }), chained(), 'the history chain "C1" changed'],
    ['over less', chained(), chained({ over: ['run'] }), 'the history chain "C1" changed'],
    ['about fewer targets', chained(), chained({ target: 'db' }), 'the history chain "C1" changed'],
  ])('%s narrow or widen', (_what, before, after, says) => {
    const load = (content: PolicyInput) => loadPolicy({ name: 'x', content })
    const { change, widens } = comparePolicies(load(before), load(after))
    expect([change, ...widens].join('; ')).toContain(says)
  })
})

import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/model/clock.js'
import type { EventDraft, RecordedEvent } from '../../src/record/event.js'
import type { Journal } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { restoredLedger } from '../../src/restored-ledger.js'
import { loadPolicy } from '../../src/policy/load.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { lastingJournal } from '../lasting-journal.js'
import { agent, dutiesApart, dutyBench, hourMs, human, startMs, verdict, YesOf } from './support.js'

const writer = agent({ id: 'writer' })
const stranger = agent({ id: 'stranger', ownedBy: 'zoe' })
const ann = human('ann')

describe('separated duties after a restart', () => {
  it('still count who wrote', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ journal })
    expect(verdict(await first.does(ann, 'write'))).toBe('permitted')
    await first.guard.close()
    const yes = new YesOf(ann)
    const second = await dutyBench({ journal, approvers: [yes] })
    expect(verdict(await second.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['duty-conflict: D1'])
  })

  it('still count who approved', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ journal, approvers: [new YesOf(ann)] })
    expect(verdict(await first.does(writer, 'delete'))).toBe('permitted')
    await first.guard.close()
    const second = await dutyBench({ journal })
    expect(verdict(await second.does(ann, 'write'))).toBe('ERR_DUTY_CONFLICT')
    expect(verdict(await second.does(stranger, 'write'))).toBe('permitted')
    expect(verdict(await second.does(ann, 'write', 'other'))).toBe('permitted')
  })

  it('count for their window and no longer, also when the clock was set back', async () => {
    const journal = lastingJournal()
    const first = await dutyBench({ journal })
    await first.does(ann, 'write')
    await first.guard.close()
    const back = await dutyBench({ journal, approvers: [new YesOf(ann)], clock: fixedClock(startMs - 100 * hourMs) })
    expect(verdict(await back.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    await back.guard.close()
    const late = await dutyBench({ journal, approvers: [new YesOf(ann)], clock: fixedClock(startMs + 25 * hourMs) })
    expect(verdict(await late.does(writer, 'delete'))).toBe('permitted')
  })

  it('count what is on record under the rules that are in force now', async () => {
    const journal = lastingJournal()
    const { separate: _none, ...plain } = dutiesApart
    const first = await dutyBench({ journal, policy: plain })
    await first.does(ann, 'write')
    await first.guard.close()
    const second = await dutyBench({ journal, approvers: [new YesOf(ann)] })
    expect(verdict(await second.does(writer, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
  })

  it('count what is known of an actor that the rule would refuse today', async () => {
    const journal = lastingJournal()
    const { separate: _none, ...plain } = dutiesApart
    const orphan = { id: 'orphan', owners: undefined, roles: ['dba'] }
    const first = await dutyBench({ journal, policy: plain })
    await first.does(agent(orphan), 'write')
    await first.guard.close()
    const yes = new YesOf(agent({ id: 'orphan', roles: ['dba'] }))
    const second = await dutyBench({ journal, approvers: [yes] })
    expect(verdict(await second.does(stranger, 'delete'))).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(yes.receipts).toEqual(['duty-conflict: D1'])
  })

  it.each([undefined, 'dba', ['dba', 1]])('stop the start at a vote for the roles %j', async (roles) => {
    const journal = lastingJournal()
    const first = await dutyBench({ journal, approvers: [new YesOf(ann)] })
    await first.does(writer, 'delete')
    await first.guard.close()
    const opened = await memoryJournal().open({ recorder: 'r', clock: systemClock })
    const changed = journal.events.map((event) =>
      event.type === 'approval.vote' ? { ...event, approver: { ...(event['approver'] as object), roles } } : event,
    )
    const damaged: Journal = {
      ...opened,
      async *read() {
        yield* changed as readonly RecordedEvent[]
      },
    }
    const { dutyRules } = loadPolicy({ name: 'x', content: dutiesApart })
    await expect(restoredLedger(systemClock, damaged, dutyRules)).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
  })

  it.each<readonly [string, EventDraft['type'], EventDraft['body']]>([
    ['an intent without an actor', 'action.intent', { target: { name: 'db' }, action: { effects: [] } }],
    ['a vote about a request that is not there', 'approval.vote', { decision: 'allow', request: 'q1' }],
  ])('stop the start at %s', async (_what, type, body) => {
    const journal = await memoryJournal().open({ recorder: 'r', clock: systemClock })
    await journal.append({ type, session: 's', body }, 'synced')
    const { dutyRules } = loadPolicy({ name: 'x', content: dutiesApart })
    await expect(restoredLedger(systemClock, journal, dutyRules)).rejects.toMatchObject({ code: 'ERR_JOURNAL_CORRUPT' })
    await expect(restoredLedger(systemClock, journal, undefined)).resolves.toBeDefined()
  })
})

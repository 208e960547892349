import { expect, it } from 'vitest'
import { memoryInUse } from '../../../../tools/memory-in-use.js'
import { DenialLog } from '../../src/denial-log.js'
import type { Action } from '../../src/model/action.js'
import type { Journal } from '../../src/record/journal.js'
import type { Requester } from '../../src/requester.js'

const refusal = { code: 'ERR_DENIED', message: 'refused', rules: ['D'], hint: 'no' } as const

function denied(text: string): Action {
  const description = { operation: 'query', text, recordedText: text, effects: [] }
  // Nothing else of an action is looked at.
  return { description, target: { name: 'db', kind: 'fake', labels: {} }, stateEpoch: '' } as unknown as Action
}

it('keeps nothing of what was refused, so that long statements take no memory of the session', async () => {
  const counts: unknown[] = []
  const journal = { append: ({ body }: { body: { count: unknown } }) => counts.push(body.count) } as unknown as Journal
  const denials = new DenialLog(journal, (cause) => {
    throw cause
  })
  const requester = { sessionId: 's', principalRecord: { text: '' }, spend: () => undefined } as unknown as Requester
  const record = (nth: number): void => {
    denials.record(requester, denied(`${String(nth)} ${'x'.repeat(500_000)}`), 'p', refusal, undefined)
  }
  const before = await memoryInUse()
  for (let nth = 0; nth < 100; nth++) record(nth)
  expect((await memoryInUse()) - before).toBeLessThan(20_000_000)
  record(7)
  expect(counts).toEqual([...Array.from({ length: 100 }, () => 1), 2])
})

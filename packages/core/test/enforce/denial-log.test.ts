import v8 from 'node:v8'
import vm from 'node:vm'
import { expect, it } from 'vitest'
import { DenialLog } from '../../src/denial-log.js'
import type { Action } from '../../src/model/action.js'
import type { Journal } from '../../src/record/journal.js'
import type { Requester } from '../../src/requester.js'

v8.setFlagsFromString('--expose-gc')
const collect = vm.runInNewContext('gc') as () => void

const refusal = { code: 'ERR_DENIED', message: 'refused', rules: ['D'], hint: 'no' } as const

function denied(text: string): Action {
  const description = { operation: 'query', text, recordedText: text, effects: [] }
  // Nothing else of an action is looked at.
  return { description, target: { name: 'db', kind: 'fake', labels: {} }, stateEpoch: '' } as unknown as Action
}

it('keeps nothing of what was refused, so that long statements take no memory of the session', () => {
  const counts: unknown[] = []
  const journal = { append: ({ body }: { body: { count: unknown } }) => counts.push(body.count) } as unknown as Journal
  const denials = new DenialLog(journal, (cause) => {
    throw cause
  })
  const requester = { sessionId: 's', principalRecord: { text: '' }, spend: () => undefined } as unknown as Requester
  const record = (nth: number): void => {
    denials.record(requester, denied(`${String(nth)} ${'x'.repeat(500_000)}`), 'p', refusal, undefined)
  }
  collect()
  const before = process.memoryUsage().heapUsed
  for (let nth = 0; nth < 100; nth++) record(nth)
  collect()
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000)
  record(7)
  expect(counts).toEqual([...Array.from({ length: 100 }, () => 1), 2])
})

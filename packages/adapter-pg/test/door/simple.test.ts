import { describe, expect, it } from 'vitest'
import type { Line } from '../../src/door/line.js'
import { query } from '../../src/door/messages.js'
import { Registry } from '../../src/door/registry.js'
import type { Run } from '../../src/door/run.js'
import { SimpleProtocol } from '../../src/door/simple.js'
import type { Slot } from '../../src/door/slots.js'
import type { PassageRequest } from '../../src/door/passage.js'
import type { StatementFlow } from '../../src/door/statement-flow.js'

describe('a simple query that was parsed under names that it has no more', () => {
  it('is parsed again before it runs, also where nothing asks for that', async () => {
    const sent: (string | undefined)[] = []
    const done = (): Promise<void> => Promise.resolve()
    const line = {
      registry: new Registry(),
      transactionStatus: 'T',
      skipping: false,
      runs: new Set(),
      quiet: done,
      answered: done,
      begin: () => undefined,
      send: (_bytes: Buffer, slot: Slot | undefined) => sent.push(slot?.kind),
    } as unknown as Line
    const run = { bounded: false, started: () => undefined } as unknown as Run
    const flow = {
      pass: async ({ text, names }: PassageRequest) => {
        await names.take(text, [])
        await names.release()
        return { outcome: 'permitted', run, sent: text }
      },
    } as unknown as StatementFlow
    await new SimpleProtocol(line, flow).query(query(Buffer.from('select * from v')), undefined)
    expect(sent).toEqual(['parse', 'parse', 'bind', 'describe', 'execute', 'sync'])
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { messagesOf, mutate, Random } from './support/mutate.js'
import { copying, writing } from './support/policy.js'
import type { ProxiedConnection } from './support/proxy.js'
import { proxy } from './support/proxy.js'
import { recordConversation } from './support/recorded.js'
import { query, rows, Wire } from './support/wire.js'

const conversations = process.env['BOTHKEYS_SOAK'] === '1' ? 2_000 : 200
const seed = Number(process.env['BOTHKEYS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

describe(`mutated conversations (BOTHKEYS_SEED=${String(seed)})`, () => {
  const between = proxy()
  const broken: unknown[] = []
  const note = (error: unknown): void => {
    broken.push(error)
  }
  let on: Governed

  beforeAll(async () => {
    process.on('unhandledRejection', note)
    process.on('uncaughtExceptionMonitor', note)
    on = await governed({
      seed: `create table t (a int primary key, b text); create table u (a int, b text);
        insert into t select i, 'row ' || i from generate_series(1, 5) i`,
      allow: [...writing, ...copying],
      config: { maxMessageBytes: 64 * 1024 },
      reach: between.reach,
    })
  })

  afterAll(async () => {
    process.off('unhandledRejection', note)
    process.off('uncaughtExceptionMonitor', note)
    await on.close()
    await between.close()
  })

  it(
    'end in answers or in the end of the connection, and never bring an undecided byte to the server',
    async () => {
      const session = await on.session()
      const conversation = await recordConversation(on.target, session)
      const messages = messagesOf(conversation.rest)
      const random = new Random(seed)
      for (let count = 0; count < conversations; count++) {
        const wire = await Wire.open(on.target, session)
        const connection = between.connections.at(-1)
        if (connection === undefined) throw new Error('no connection')
        const mutated = Buffer.concat(mutate(messages, random))
        for (let at = 0; at < mutated.length;) {
          const size = random.one([mutated.length, 1 + random.below(200)])
          wire.stream.write(mutated.subarray(at, at + size))
          at += size
        }
        await settled(wire)
        await wire.end()
        expectDecided(connection, on)
      }
      const wire = await Wire.open(on.target, session)
      expect(rows(await wire.ask(query('select count(*)::int from t')))).toEqual([['5']])
      await wire.end()
      expect(broken).toEqual([])
    },
    conversations * 2_000,
  )
})

/** Waits until nothing has come for a moment: a mutated conversation may wait for more for ever. */
async function settled(wire: Wire): Promise<void> {
  for (let quiet = 0; quiet < 3 && !wire.over; quiet++) {
    await sleep(3)
    if (wire.drain().length > 0) quiet = 0
  }
}

/** Everything that the server was given for the client belongs to a recorded intent, or to the door's own constants. */
function expectDecided(connection: ProxiedConnection, on: Governed): void {
  const recorded = new Set(
    on.journal.events
      .filter((event) => event.type === 'action.intent')
      .map((event) => skeleton((event['action'] as { text: string }).text)),
  )
  let copying = 0
  for (const { type, bytes } of connection.sent) {
    const [first = '', second = ''] = bytes.toString('utf8', 5).split('\0')
    switch (type) {
      case 'Q':
        if (first === 'bothkeys_refused') break
        expect(recorded).toContain(skeleton(first))
        if (/copy/i.test(first)) copying += 1
        break
      case 'P':
        // A Parse may go ahead of its Bind; it is harmless without, and never one that the policy denies.
        expect(second).not.toMatch(/drop/i)
        break
      case 'B':
      case 'D':
      case 'E':
      case 'C':
      case 'H':
      case 'S':
      case 'X':
        break
      case 'd':
      case 'c':
      case 'f':
        expect(copying).toBeGreaterThan(0)
        break
      default:
        expect.fail(`the server was sent a message of type ${type}`)
    }
  }
}

/** A text as far as the record keeps it: literals are replaced, comments and blanks do not count. */
function skeleton(text: string): string {
  return text
    .replaceAll(/'[^']*'|\b\d+\b|\?/g, '?')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .toLowerCase()
}

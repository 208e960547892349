import { describe, expect, it } from 'vitest'
import type { UnverifiedClaims } from '../../src/identity/verifier.js'
import type { Duty } from '../../src/model/effect.js'
import { loadPolicy } from '../../src/policy/load.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { fc } from '../properties.js'
import type { Stage } from './support.js'
import { human, stage, voting } from './support.js'

const duties: readonly Duty[] = [
  'read',
  'write',
  'delete',
  'define',
  'grant',
  'execute',
  'transfer',
  'session',
  'opaque',
]

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    reader: [{ target: 'db', duty: 'read' }],
    writer: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  deny: [{ id: 'no-define', duty: 'define' }],
  hold: [{ id: 'hold-deletes', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
}

const agents: readonly UnverifiedClaims[] = ['reader', 'writer', 'nobody'].map((role) => ({
  kind: 'agent',
  subject: role,
  roles: [role],
  owners: ['ada'],
  agentClass: 'etl',
  runRoot: role,
}))

const attempts = fc.array(
  fc.tuple(fc.nat(agents.length - 1), fc.uniqueArray(fc.constantFrom(...duties), { minLength: 1, maxLength: 3 })),
  { minLength: 1, maxLength: 12 },
)

/** Everybody tries everything; whoever is asked says yes or no. */
async function play(tries: readonly (readonly [number, readonly Duty[]])[], says: 'allow' | 'deny'): Promise<Stage> {
  const on = await stage({ policy, approvers: [voting([[says, await human('grace')]])] })
  const accesses = await Promise.all(agents.map((claims) => on.access(claims)))
  for (const [who, wanted] of tries) await on.attempt(accesses[who]!, ...wanted)
  await on.guard.close()
  return on
}

interface Recorded {
  readonly effect: 'allow' | 'hold' | 'deny'
  readonly rules: readonly string[]
}

/** What the record says was decided, for the events that tell of a decision of the policy. */
function recorded(event: RecordedEvent): Recorded | undefined {
  if (event.type === 'action.intent') return event['decision'] as Recorded
  if (event.type === 'approval.requested') return { effect: 'hold', rules: (event['requirement'] as Recorded).rules }
  if (event.type !== 'action.denied' || event['code'] !== 'ERR_DENIED') return undefined
  return { effect: 'deny', rules: event['rules'] as readonly string[] }
}

describe('I1: nothing runs that was not allowed, or held and approved', () => {
  it.each(['allow', 'deny'] as const)('whatever is tried, when people say %s', async (says) => {
    await fc.assert(
      fc.asyncProperty(attempts, async (tries) => {
        const { journal, ran } = await play(tries, says)
        const intents = new Map<unknown, Readonly<Record<string, unknown>>>(
          journal.events.filter(({ type }) => type === 'action.intent').map((event) => [event['id'], event]),
        )
        for (const { id } of ran) {
          const intent = intents.get(id) ?? {}
          const { effect } = intent['decision'] as Recorded
          const { effects } = intent['action'] as { effects: readonly { duty: Duty }[] }
          expect(effects.every(({ duty }) => duty === 'read' || duty === 'write' || duty === 'delete')).toBe(true)
          expect(effect).toBe(effects.some(({ duty }) => duty === 'delete') ? 'hold' : 'allow')
          expect(intent['approval'] === undefined).toBe(effect === 'allow')
          if (says === 'deny') expect(effect).toBe('allow')
        }
        expect(new Set(ran.map(({ id }) => id)).size).toBe(ran.length)
      }),
      { numRuns: 40 },
    )
  })
})

describe('I21: the record comes before the effect, and tells why', () => {
  it('has the intent of everything before it runs', async () => {
    await fc.assert(
      fc.asyncProperty(attempts, async (tries) => {
        const { journal, ran } = await play(tries, 'allow')
        for (const { events, id } of ran) {
          const before = journal.events.slice(0, events)
          expect(before.some((event) => event.type === 'action.intent' && event['id'] === id)).toBe(true)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('decides the same again from the record alone', async () => {
    let decisions = 0
    await fc.assert(
      fc.asyncProperty(attempts, fc.constantFrom('allow' as const, 'deny' as const), async (tries, says) => {
        const { journal } = await play(tries, says)
        const policies = new Map(
          journal.events
            .filter(({ type }) => type === 'policy.loaded')
            .map((event) => [event['digest'], loadPolicy({ name: 'record', content: event['source'] as string })]),
        )
        for (const event of journal.events) {
          const said = recorded(event)
          if (said === undefined) continue
          const inForce = policies.get(event['policy'])
          const { operation, text, effects } = event['action'] as never as Parameters<
            NonNullable<typeof inForce>['decide']
          >[0]
          const { roles } = event['actor'] as { roles: readonly string[] }
          const target = inForce?.targets.get((event['target'] as { name: string }).name)
          expect(inForce).toBeDefined()
          expect(target).toBeDefined()
          const again = inForce!.decide({ roles, target: target!, operation, text, effects })
          expect({ effect: again.effect, rules: again.rules }).toEqual({ effect: said.effect, rules: said.rules })
          decisions += 1
        }
      }),
      { numRuns: 40 },
    )
    expect(decisions).toBeGreaterThan(50)
  })
})

describe('I24: when something fails, nothing runs', () => {
  it.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full'))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])('whatever is tried, while the journal %s on intents', async (_what, fate) => {
    await fc.assert(
      fc.asyncProperty(
        attempts.filter((tries) => tries.length < 4),
        async (tries) => {
          const on = await stage({
            policy,
            approvers: [voting([['allow', await human('grace')]])],
            around: (memory) => ({
              open: async (context) => {
                const opened = await memory.open(context)
                return {
                  append: (event, durability) =>
                    event.type === 'action.intent' ? fate() : opened.append(event, durability),
                  read: () => opened.read(),
                  close: () => opened.close(),
                }
              },
            }),
          })
          const accesses = await Promise.all(agents.map((claims) => on.access(claims)))
          for (const [who, wanted] of tries) {
            expect((await on.attempt(accesses[who]!, ...wanted)).outcome).toBe('refused')
          }
          expect(on.ran).toEqual([])
          await on.guard.close()
        },
      ),
      { numRuns: 8 },
    )
  })
})

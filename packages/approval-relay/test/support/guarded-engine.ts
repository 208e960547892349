import {
  accountsAsPeople,
  createGuard,
  memoryJournal,
  unverifiedCredential,
  unverifiedIdentity,
  webhookApprover,
} from '@bothkeys/core'
import type { Guard, PeopleLookup, RecordedEvent } from '@bothkeys/core'
import { sessionAccess } from '@bothkeys/core/adapter'
import type { Duty, SessionAccess } from '@bothkeys/core/adapter'
import { HeldPort } from './held-port.js'
import { closedLater, people } from './relay-stage.js'
import type { RelayStage } from './relay-stage.js'
import type { TestEngine } from './test-engine.js'
import { issuer } from './test-engine.js'

/** What a test says of a guard; everything else is usual. */
export interface GuardParts {
  /** How many people have to turn their key. */
  readonly count?: number
  readonly people?: PeopleLookup
}

const policyFor = (count: number) => ({
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'hold-deletes',
      target: 'db',
      duty: 'delete',
      require: [{ stage: 'dba', count, role: 'dba', independent: ['subject', 'person'] }],
      level: 'signed',
      ttl: '5m',
    },
  ],
})

const whoever: PeopleLookup = ({ id, issuer: of }) => (of === people ? { roles: ['dba'], person: id } : undefined)

/** A real guard whose people are asked at a relay. */
export class GuardedEngine {
  readonly guard: Guard
  readonly #access: SessionAccess
  readonly #events: () => readonly RecordedEvent[]

  private constructor(guard: Guard, access: SessionAccess, events: () => readonly RecordedEvent[]) {
    this.guard = guard
    this.#access = access
    this.#events = events
  }

  static async open(
    stage: RelayStage,
    engine: TestEngine,
    { count = 1, people: who = whoever }: GuardParts = {},
  ): Promise<GuardedEngine> {
    // The relay may be started again.
    const proxy = await HeldPort.take(() => stage.port)
    closedLater(() => proxy.close())
    const journal = memoryJournal()
    const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
    const guard = await createGuard({
      engine: engine.name,
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'test', content: policyFor(count) }) },
      identity: unverifiedIdentity(),
      targets: [target],
      approvers: [
        webhookApprover({
          name: 'relay',
          url: proxy.url,
          issuer,
          jwks: `${proxy.url}/jwks.json`,
          engine: engine.name,
          key: engine.key,
          algorithm: 'ES256',
          people: who,
        }),
      ],
      journal,
      deadlineMs: 20_000,
    })
    closedLater(() => guard.close())
    const agent = { kind: 'agent', subject: 'a1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const
    const session = await guard.openSession({ [unverifiedCredential]: agent })
    return new GuardedEngine(guard, sessionAccess(session, target), () => journal.events)
  }

  ofType(type: string): readonly RecordedEvent[] {
    return this.#events().filter((event) => event.type === type)
  }

  /** Deletes something, which is held: the outcome, or the code of the refusal. */
  async deletes(text = 'delete from t', duty: Duty = 'delete'): Promise<string> {
    const admission = await this.#access.admit({
      identity: { host: 'db.example' },
      description: {
        operation: 'query',
        text,
        recordedText: 'recorded',
        effects: [{ duty, resource: 'table:public.t', attributes: {} }],
      },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    return admission.outcome === 'refused' ? admission.refusal.code : admission.outcome
  }
}

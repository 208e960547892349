import assert from 'node:assert/strict'
import type { GuardedTarget } from '../access.js'
import type { Approver, ApprovalRequest, ApprovalVote } from '../approvals/approver.js'
import { createGuard } from '../guard.js'
import type { Guard } from '../guard.js'
import { unverifiedIdentity } from '../identity/unverified.js'
import type { UnverifiedClaims } from '../identity/verifier.js'
import { unverifiedCredential } from '../identity/verifier.js'
import type { EventDraft, RecordedEvent } from '../record/event.js'
import type { Journal, JournalFactory } from '../record/journal.js'
import { memoryJournal } from '../record/memory-journal.js'
import type { Session } from '../session.js'

/** One adapter under the contract: a target that is ready, and what to do with it through one session. */
export interface ContractHarness {
  readonly target: GuardedTarget
  /** A policy in which role `agent` may read and write, writes are held for role `dba`, and `forbidden` is denied. */
  policy(): Readonly<Record<string, unknown>>
  /** Reads something through the session. */
  read(session: Session): Promise<unknown>
  /** Changes something through the session, in a way that the policy holds. `signal` gives up on it. */
  write(session: Session, signal?: AbortSignal): Promise<unknown>
  /** Does something that the policy denies. */
  forbidden(session: Session): Promise<unknown>
  /** Sends something that the adapter cannot understand. */
  opaque(session: Session): Promise<unknown>
  /** How often the change of `write` reached the target, asked past the door. */
  writesSeen(): Promise<number>
  /** How often anything of `forbidden` or `opaque` reached the target, asked past the door. */
  refusedSeen(): Promise<number>
  /** The code of the refusal behind an error that the client threw. */
  codeOf(error: unknown): string | undefined
  /** Releases what the harness made. */
  close(): Promise<void>
}

/** One case of the contract, for any test runner: `it(name, run)`. */
export interface ContractCase {
  readonly name: string
  run(): Promise<void>
}

/**
 * The cases that every adapter must pass. `start` makes a fresh harness for each case.
 *
 * @example
 * for (const each of adapterContract(() => startPostgresHarness())) it(each.name, each.run)
 */
export function adapterContract(start: () => Promise<ContractHarness>): readonly ContractCase[] {
  return cases.map(({ name, run }) => ({
    name,
    run: async () => {
      const harness = await start()
      const stage = new Stage(harness)
      try {
        await run(stage)
      } finally {
        await stage.close()
        await harness.close()
      }
    },
  }))
}

const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'agent-1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}
const dba: UnverifiedClaims = { kind: 'human', subject: 'grace', roles: ['dba'] }

/** A guard around one harness, with an approver that each case scripts. */
class Stage {
  readonly harness: ContractHarness
  readonly journal: FaultyJournal = new FaultyJournal()
  answer: 'allow' | 'deny' | 'silence' = 'allow'
  readonly asked: ApprovalRequest[] = []
  #guard: Promise<Guard> | undefined

  constructor(harness: ContractHarness) {
    this.harness = harness
  }

  async session(claims: UnverifiedClaims = agent): Promise<Session> {
    this.#guard ??= this.#createGuard()
    const guard = await this.#guard
    return guard.openSession({ [unverifiedCredential]: claims })
  }

  async #createGuard(): Promise<Guard> {
    return createGuard({
      policy: { load: () => Promise.resolve({ name: 'contract', content: this.harness.policy() }) },
      identity: unverifiedIdentity(),
      targets: [this.harness.target],
      approvers: [await this.#approver()],
      journal: this.journal.factory(),
      deadlineMs: 500,
    })
  }

  async #approver(): Promise<Approver> {
    const person = await unverifiedIdentity().verify({ [unverifiedCredential]: dba }, new AbortController().signal)
    return {
      name: 'contract',
      level: 'asserted',
      ask: async (request, vote) => {
        this.asked.push(request)
        if (this.answer === 'silence') return
        const ballot: ApprovalVote = { decision: this.answer, approver: person, digest: request.digest }
        const receipt = await vote(ballot)
        if (!receipt.counted) throw new Error(receipt.reason)
      },
    }
  }

  /** The types of the events of one session, in order. */
  types(session: Session): string[] {
    return this.journal.events.filter((event) => event.session === session.id).map((event) => event.type)
  }

  async refused(attempt: Promise<unknown>): Promise<string | undefined> {
    try {
      await attempt
    } catch (error) {
      return this.harness.codeOf(error)
    }
    return assert.fail('the action ran')
  }

  async close(): Promise<void> {
    this.journal.mode = 'works'
    const guard = await this.#guard
    await guard?.close()
  }
}

/** A memory journal that a case can make fail or hang. */
class FaultyJournal {
  mode: 'works' | 'throws' | 'hangs' = 'works'
  readonly #kept: { events: readonly RecordedEvent[] } = { events: [] }

  get events(): readonly RecordedEvent[] {
    return this.#kept.events
  }

  factory(): JournalFactory {
    const inner = memoryJournal()
    return {
      open: async (context) => {
        const journal = await inner.open(context)
        Object.defineProperty(this.#kept, 'events', { get: () => inner.events })
        return this.#wrap(journal)
      },
    }
  }

  #wrap(journal: Journal): Journal {
    return {
      append: (event: EventDraft, durability) => {
        if (this.mode === 'throws') throw new Error('the disk is gone')
        if (this.mode === 'hangs') return new Promise(() => undefined)
        return journal.append(event, durability)
      },
      read: () => journal.read(),
      close: () => journal.close(),
    }
  }
}

const cases: readonly { readonly name: string; readonly run: (stage: Stage) => Promise<void> }[] = [
  {
    name: 'lets an allowed read through and records its intent before its outcome',
    run: async (stage) => {
      const session = await stage.session()
      await stage.harness.read(session)
      const types = stage.types(session)
      const intent = types.indexOf('action.intent')
      assert.ok(intent > 0 && types.indexOf('action.outcome') > intent, types.join(' '))
    },
  },
  {
    name: 'refuses what the policy denies before the target sees it, and goes on',
    run: async (stage) => {
      const session = await stage.session()
      assert.equal(await stage.refused(stage.harness.forbidden(session)), 'ERR_DENIED')
      assert.equal(await stage.harness.refusedSeen(), 0)
      assert.ok(stage.types(session).includes('action.denied'))
      await stage.harness.read(session)
    },
  },
  {
    name: 'refuses what it cannot understand before the target sees it',
    run: async (stage) => {
      const session = await stage.session()
      assert.ok(await stage.refused(stage.harness.opaque(session)))
      assert.equal(await stage.harness.refusedSeen(), 0)
    },
  },
  {
    name: 'holds a write until a person allows it, and runs it once',
    run: async (stage) => {
      const session = await stage.session()
      await stage.harness.write(session)
      assert.equal(stage.asked.length, 1)
      assert.equal(await stage.harness.writesSeen(), 1)
      const types = stage.types(session)
      assert.ok(types.indexOf('approval.requested') < types.indexOf('action.intent'), types.join(' '))
    },
  },
  {
    name: 'never runs a write that a person denied',
    run: async (stage) => {
      const session = await stage.session()
      stage.answer = 'deny'
      assert.equal(await stage.refused(stage.harness.write(session)), 'ERR_APPROVAL_DENIED')
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  },
  {
    name: 'refuses a write when the requester has the approving role but is the only approver',
    run: async (stage) => {
      const session = await stage.session({ ...agent, owners: ['grace'] })
      stage.answer = 'allow'
      assert.ok(await stage.refused(stage.harness.write(session)))
      assert.ok(stage.types(session).includes('approval.refused-vote'))
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  },
  {
    name: 'withdraws a held write when the session is closed, and never runs it later',
    run: async (stage) => {
      const session = await stage.session()
      stage.answer = 'silence'
      const attempt = stage.refused(stage.harness.write(session))
      await until(() => stage.asked.length === 1)
      await session.close()
      await attempt
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  },
  {
    name: 'withdraws a held write when the caller gives up',
    run: async (stage) => {
      const session = await stage.session()
      stage.answer = 'silence'
      const giveUp = new AbortController()
      const attempt = stage.refused(stage.harness.write(session, giveUp.signal))
      await until(() => stage.asked.length === 1)
      giveUp.abort()
      await attempt
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  },
  ...(['throws', 'hangs'] as const).map((mode) => ({
    name: `runs nothing when the journal ${mode}`,
    run: async (stage: Stage) => {
      const session = await stage.session()
      await stage.harness.read(session)
      stage.journal.mode = mode
      assert.ok(await stage.refused(stage.harness.write(session)))
      stage.journal.mode = 'works'
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  })),
  {
    name: 'refuses everything on a closed session',
    run: async (stage) => {
      const session = await stage.session()
      await stage.harness.read(session)
      await session.close()
      assert.ok(await stage.refused(stage.harness.read(session)))
      assert.ok(await stage.refused(stage.harness.write(session)))
      assert.equal(await stage.harness.writesSeen(), 0)
    },
  },
  {
    name: 'attributes concurrent actions to their own sessions',
    run: async (stage) => {
      const sessions = await Promise.all(
        ['one', 'two', 'three'].map((subject) => stage.session({ ...agent, subject: `agent-${subject}` })),
      )
      await Promise.all(sessions.flatMap((session) => [1, 2, 3].map(() => stage.harness.read(session))))
      for (const session of sessions) {
        const intents = stage.journal.events.filter(
          (event) => event.session === session.id && event.type === 'action.intent',
        )
        assert.equal(intents.length, 3)
        for (const intent of intents)
          assert.match(JSON.stringify(intent['actor']), new RegExp(session.principal.subject.id))
      }
    },
  },
  {
    name: 'shows no credential when its parts are printed or serialised',
    run: async (stage) => {
      const session = await stage.session()
      assert.throws(() => JSON.stringify({ session }))
      assert.throws(() => JSON.stringify({ target: stage.harness.target }))
    },
  },
]

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if (condition()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail('the condition did not come true within five seconds')
}

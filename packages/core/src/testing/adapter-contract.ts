import assert from 'node:assert/strict'
import type { ContractHarness } from './contract-harness.js'
import { agent, Stage, until } from './contract-stage.js'

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
    name: 'keeps no change of an action that changes more rows than a rule lets it',
    run: async (stage) => {
      stage.maxAffected = 1
      const session = await stage.session()
      const code = await stage.refused(stage.harness.writeTwice(session))
      assert.match(String(code), /^ERR_AFFECTED_(EXCEEDED|UNCOUNTED)$/)
      assert.equal(await stage.harness.writesSeen(), 0)
      await stage.harness.read(session)
    },
  },
  {
    name: 'lets no more actions through than a limit says, whichever session asks, and asks nobody about the others',
    run: async (stage) => {
      stage.limits = [{ role: 'agent', statements: '2/h' }]
      const session = await stage.session()
      await stage.harness.write(session)
      await stage.harness.read(session)
      assert.equal(await stage.refused(stage.harness.write(session)), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await stage.refused(stage.harness.read(await stage.session())), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await stage.harness.writesSeen(), 1)
      assert.equal(stage.asked.length, 1)
    },
  },
  ...(['rows', 'bytes'] as const).map((measure) => ({
    name: `hands out no more ${measure} than a limit says, whichever session reads, or refuses to read at all`,
    run: async (stage: Stage) => {
      stage.limits = [measure === 'rows' ? { role: 'agent', rows: '2/h' } : { role: 'agent', bytes: '2B/h' }]
      const { code, read } = await stage.readsUntilRefused(10)
      assert.match(String(code), /^ERR_LIMIT_(EXCEEDED|UNMEASURED)$/)
      assert.ok(read <= 2, `${String(read)} reads`)
    },
  })),
  {
    name: 'hands out no more of one answer than a limit says, or refuses to read at all',
    run: async (stage) => {
      stage.limits = [{ role: 'agent', rows: 2 }]
      const session = await stage.session()
      assert.match(String(await stage.refused(stage.harness.readMuch(session))), /^ERR_LIMIT_(EXCEEDED|UNMEASURED)$/)
      for (const { handedOut } of stage.journal.events as readonly { readonly handedOut?: { readonly rows: number } }[])
        assert.ok((handedOut?.rows ?? 0) <= 2, `${String(handedOut?.rows)} rows`)
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

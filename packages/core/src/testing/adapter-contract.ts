import assert from 'node:assert/strict'
import type { ContractClient, ContractHarness } from './contract-harness.js'
import { agent, Scene } from './contract-scene.js'
import type { ContractStage, StageSession } from './contract-stage.js'
import { GuardedStage } from './guarded-stage.js'
import type { RemoteSession } from './remote-stage.js'

/** One case of the contract, for any test runner: `it(name, run)`. */
export interface ContractCase {
  /** What an adapter has to do. */
  readonly name: string
  /** Rejects with an assertion error when it does not. */
  run(): Promise<void>
}

/**
 * The cases that every adapter must pass. `start` makes a fresh harness for each case.
 *
 * @example
 * for (const each of adapterContract(() => startPostgresHarness())) it(each.name, each.run)
 */
export function adapterContract(start: () => Promise<ContractHarness>): readonly ContractCase[] {
  return casesOn(async () => {
    const harness = await start()
    return new Scene(new GuardedStage(harness), harness)
  })
}

/**
 * The same cases for a door that another process serves: the guard, its journal and its approver are there
 * (`answerStages`), the client is here. `start` makes a fresh stage and a client for it, for each case.
 *
 * @example
 * const stages = new RemoteStages(fork('served-child.js', { serialization: 'advanced' }))
 * for (const each of servedContract(async () => {
 *   const { stage, details } = await stages.open({ url })
 *   return { stage, client: clientOf(details) }
 * })) it(each.name, each.run)
 */
export function servedContract(
  start: () => Promise<{
    readonly stage: ContractStage<RemoteSession>
    readonly client: ContractClient<RemoteSession>
  }>,
): readonly ContractCase[] {
  return casesOn(async () => {
    const { stage, client } = await start()
    return new Scene(stage, client)
  })
}

/** What every adapter must pass says nothing of how sessions reach the client. */
type AnyScene = Scene<StageSession>

function casesOn<S extends StageSession>(start: () => Promise<Scene<S>>): readonly ContractCase[] {
  return cases.map(({ name, run }) => ({
    name,
    run: async () => {
      const scene = await start()
      try {
        // Sessions of a case come from its own scene, so they are what its client takes.
        await run(scene as unknown as AnyScene)
      } finally {
        await scene.close()
      }
    },
  }))
}

const cases: readonly { readonly name: string; readonly run: (scene: AnyScene) => Promise<void> }[] = [
  {
    name: 'lets an allowed read through and records its intent before its outcome',
    run: async (scene) => {
      const session = await scene.session()
      await scene.client.read(session)
      const types = await scene.types(session)
      const intent = types.indexOf('action.intent')
      assert.ok(intent > 0 && types.indexOf('action.outcome') > intent, types.join(' '))
    },
  },
  {
    name: 'refuses what the policy denies before the target sees it, and goes on',
    run: async (scene) => {
      const session = await scene.session()
      assert.equal(await scene.refused(scene.client.forbidden(session)), 'ERR_DENIED')
      assert.equal(await scene.client.refusedSeen(), 0)
      assert.ok((await scene.types(session)).includes('action.denied'))
      await scene.client.read(session)
    },
  },
  {
    name: 'refuses what it cannot understand before the target sees it',
    run: async (scene) => {
      const session = await scene.session()
      assert.ok(await scene.refused(scene.client.opaque(session)))
      assert.equal(await scene.client.refusedSeen(), 0)
    },
  },
  {
    name: 'holds a write until a person allows it, and runs it once',
    run: async (scene) => {
      const session = await scene.session()
      await scene.client.write(session)
      assert.equal(await scene.asked(), 1)
      assert.equal(await scene.client.writesSeen(), 1)
      const types = await scene.types(session)
      assert.ok(types.indexOf('approval.requested') < types.indexOf('action.intent'), types.join(' '))
    },
  },
  {
    name: 'never runs a write that a person denied',
    run: async (scene) => {
      const session = await scene.session()
      await scene.set({ answer: 'deny' })
      assert.equal(await scene.refused(scene.client.write(session)), 'ERR_APPROVAL_DENIED')
      assert.equal(await scene.client.writesSeen(), 0)
    },
  },
  {
    name: 'refuses a write when the requester has the approving role but is the only approver',
    run: async (scene) => {
      const session = await scene.session({ ...agent, owners: ['grace'] })
      await scene.set({ answer: 'allow' })
      assert.ok(await scene.refused(scene.client.write(session)))
      assert.ok((await scene.types(session)).includes('approval.refused-vote'))
      assert.equal(await scene.client.writesSeen(), 0)
    },
  },
  {
    name: 'keeps no change of an action that changes more rows than a rule lets it',
    run: async (scene) => {
      await scene.set({ maxAffected: 1 })
      const session = await scene.session()
      const code = await scene.refused(scene.client.writeTwice(session))
      assert.match(String(code), /^ERR_AFFECTED_(EXCEEDED|UNCOUNTED)$/)
      assert.equal(await scene.client.writesSeen(), 0)
      await scene.client.read(session)
    },
  },
  {
    name: 'lets no more actions through than a limit says, whichever session asks, and asks nobody about the others',
    run: async (scene) => {
      await scene.set({ limits: [{ role: 'agent', statements: '2/h' }] })
      const session = await scene.session()
      await scene.client.write(session)
      await scene.client.read(session)
      assert.equal(await scene.refused(scene.client.write(session)), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await scene.refused(scene.client.read(await scene.session())), 'ERR_LIMIT_EXCEEDED')
      assert.equal(await scene.client.writesSeen(), 1)
      assert.equal(await scene.asked(), 1)
    },
  },
  ...(['rows', 'bytes'] as const).map((measure) => ({
    name: `hands out no more ${measure} than a limit says, whichever session reads, or refuses to read at all`,
    run: async (scene: AnyScene) => {
      await scene.set({
        limits: [measure === 'rows' ? { role: 'agent', rows: '2/h' } : { role: 'agent', bytes: '2B/h' }],
      })
      const { code, read } = await scene.readsUntilRefused(10)
      assert.match(String(code), /^ERR_LIMIT_(EXCEEDED|UNMEASURED)$/)
      assert.ok(read <= 2, `${String(read)} reads`)
    },
  })),
  {
    name: 'hands out no more of one answer than a limit says, or refuses to read at all',
    run: async (scene) => {
      await scene.set({ limits: [{ role: 'agent', rows: 2 }] })
      const session = await scene.session()
      assert.match(String(await scene.refused(scene.client.readMuch(session))), /^ERR_LIMIT_(EXCEEDED|UNMEASURED)$/)
      for (const { handedOut } of (await scene.events()) as readonly {
        readonly handedOut?: { readonly rows: number }
      }[])
        assert.ok((handedOut?.rows ?? 0) <= 2, `${String(handedOut?.rows)} rows`)
    },
  },
  {
    name: 'withdraws a held write when the session is closed, and never runs it later',
    run: async (scene) => {
      const session = await scene.session()
      await scene.set({ answer: 'silence' })
      const attempt = scene.refused(scene.client.write(session))
      await scene.untilAsked()
      await session.close()
      await attempt
      assert.equal(await scene.client.writesSeen(), 0)
    },
  },
  {
    name: 'withdraws a held write when the caller gives up',
    run: async (scene) => {
      const session = await scene.session()
      await scene.set({ answer: 'silence' })
      const giveUp = new AbortController()
      const attempt = scene.refused(scene.client.write(session, giveUp.signal))
      await scene.untilAsked()
      giveUp.abort()
      await attempt
      assert.equal(await scene.client.writesSeen(), 0)
    },
  },
  ...(['throws', 'hangs'] as const).map((mode) => ({
    name: `runs nothing when the journal ${mode}`,
    run: async (scene: AnyScene) => {
      const session = await scene.session()
      await scene.client.read(session)
      await scene.set({ journal: mode })
      assert.ok(await scene.refused(scene.client.write(session)))
      await scene.set({ journal: 'works' })
      assert.equal(await scene.client.writesSeen(), 0)
    },
  })),
  {
    name: 'refuses everything on a closed session',
    run: async (scene) => {
      const session = await scene.session()
      await scene.client.read(session)
      await session.close()
      assert.ok(await scene.refused(scene.client.read(session)))
      assert.ok(await scene.refused(scene.client.write(session)))
      assert.equal(await scene.client.writesSeen(), 0)
    },
  },
  {
    name: 'attributes concurrent actions to their own sessions',
    run: async (scene) => {
      const sessions = await Promise.all(
        ['one', 'two', 'three'].map((subject) => scene.session({ ...agent, subject: `agent-${subject}` })),
      )
      await Promise.all(sessions.flatMap((session) => [1, 2, 3].map(() => scene.client.read(session))))
      for (const session of sessions) {
        const intents = (await scene.events()).filter(
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
    run: async (scene) => {
      await scene.session()
      assert.deepEqual(await scene.serialisable(), [])
    },
  },
]

import { describe, expect, it } from 'vitest'
import type { HeldAction } from '../../src/approvals/coordinator.js'
import { sha256 } from '../../src/model/digest.js'
import { explore, must, report, textOf } from '../model-check/explore.js'
import { Model } from './model.js'
import type { Player } from './model-players.js'
import { modelPolicy, playerOf } from './model-players.js'
import type { Event, Scenario } from './model-world.js'
import { actors, requester, scenarios, ttlMs, voteMaxAgeMs } from './model-world.js'
import { hold, policy } from './support.js'

/**
 * Every sequence of events up to a depth is played against the real coordinator; sequences that lead to the same state are
 * continued once. A small model, written apart from the code, says for each what must have happened. The events that must
 * change nothing are tried one after the other in one run, at every state.
 */
describe('every sequence of events', () => {
  it.each(scenarios)(
    'keeps I2–I10 and I12, and lets through what should be: $name',
    async (scenario) => {
      let consumed = 0
      const { sequences, states } = await explore<Event>({
        depth: scenario.depth,
        events: scenario.events,
        isSeen,
        keyOf: (path) => new Model(scenario, path).key,
        play: async (path, quiet) => {
          const { key, model } = await play(scenario, path, quiet)
          if (model.consumed > 0 && path.at(-1)?.verb === 'consume') consumed++
          return key
        },
      })
      report(`an approval: ${scenario.name}`, { states, sequences, ran: consumed })
      expect(states).toBeGreaterThan(scenario.leastStates)
      expect(consumed).toBeGreaterThan(0)
    },
    600_000,
  )
})

/** As the last event of a sequence, time and people's roles change nothing that anybody could see. */
function isSeen({ verb }: Event): boolean {
  return verb === 'allow' || verb === 'deny' || verb === 'consume' || verb === 'swap' || verb === 'replay'
}

async function play(
  scenario: Scenario,
  path: readonly Event[],
  quiet: readonly Event[],
): Promise<{ readonly model: Model; readonly key: string }> {
  const player = playerOf(scenario)
  const { on } = player
  const model = new Model(scenario)
  const asked = hold({ requester, requirement: scenario.required, policyDigest: modelPolicy.digest })
  const gone = new AbortController()
  let held: HeldAction | undefined
  let outcome = 'waiting'
  const running = on.coordinator.request(asked, gone.signal).then((result) => {
    outcome = result.outcome
    if (result.outcome === 'approved') held = result.held
  })
  await player.hand.asked
  let consumptions = 0
  let before: string | undefined
  for (const [index, event] of [...path, ...quiet].entries()) {
    if (index === path.length) before = stateKey(player, model)
    const expected = model.apply(event)
    const digest = event.verb === 'swap' ? sha256('other') : asked.digest
    const spent = await act(event, player, gone, held && (() => on.coordinator.consume(held!, digest)))
    if (spent !== undefined) {
      consumptions++
      checkEvidence(spent, model, scenario, path)
    }
    must((spent !== undefined) === expected, 'consumed exactly when it should be', path)
    must(consumptions === model.consumed, 'I9: once, however often it is tried', path)
    // The promise of `request` is a turn behind the receipt.
    await Promise.resolve()
    await Promise.resolve()
  }
  const key = stateKey(player, model)
  must(before === undefined || before === key, 'nothing changed by what must change nothing', [...path, ...quiet])
  gone.abort()
  await running
  must((outcome === 'approved') === model.approved, 'approved exactly when it should be', path)
  return { model, key }
}

/** Does what the event says. Answers the evidence of an action that ran. */
async function act(
  event: Event,
  player: Player,
  gone: AbortController,
  consume: (() => Promise<unknown>) | undefined,
): Promise<unknown> {
  const { on } = player
  switch (event.verb) {
    case 'withdraw':
      gone.abort()
      return undefined
    case 'age':
      on.clock.advance(voteMaxAgeMs + 1)
      return undefined
    case 'expire':
      on.clock.advance(ttlMs)
      return undefined
    case 'back':
      on.clock.setWall(0)
      return undefined
    case 'policy':
      on.policy = policy('second')
      return undefined
    case 'revoke':
      player.revoke(event.who)
      return undefined
    case 'consume':
    case 'swap':
      return consume?.().catch(() => undefined)
    default:
      await player.vote(event)
      return undefined
  }
}

interface Evidence {
  readonly votes: readonly {
    readonly approver: { readonly text: string }
    readonly stage: string
    readonly level: string
  }[]
}

/** The invariants, on the evidence itself. */
function checkEvidence(evidence: unknown, model: Model, { required }: Scenario, path: readonly Event[]): void {
  const where = textOf(path)
  const votes = (evidence as Evidence).votes.map((vote) => {
    const approver = JSON.parse(vote.approver.text) as { kind: string; subject: { id: string } }
    const who = Object.keys(actors).find((name) => actors[name]!.principal.subject.id === approver.subject.id)!
    return { ...vote, who, kind: approver.kind }
  })
  for (const { kind, level, stage, who } of votes) {
    const actor = actors[who]!
    expect(actor.independent || (required.ownerMayApprove && who === 'olga'), `I3 ${where}`).toBe(true)
    expect(model.revoked.has(who), `I6 ${where}`).toBe(false)
    expect(actor.roles.includes(stage === 'peer' ? 'dba' : 'security'), `I6 ${where}`).toBe(true)
    if (required.from === 'humans') expect(kind, `I12 ${where}`).toBe('human')
    expect(level, `I11 ${where}`).toBe(required.level)
    const last = model.allows.findLast((allow) => allow.who === who)!
    expect(model.now - last.at, `I8 ${where}`).toBeLessThanOrEqual(voteMaxAgeMs)
  }
  const seats = required.stages.reduce((sum, { count }) => sum + count, 0)
  expect(votes.length, `I4 ${where}`).toBe(seats)
  expect(new Set(votes.map(({ who }) => actors[who]!.person)).size, `I4, I5 ${where}`).toBe(seats)
  expect(model.policyChanged, `I7 ${where}`).toBe(false)
  expect(model.now, `I8 ${where}`).toBeLessThan(ttlMs)
  expect(model.denied, `I10 ${where}`).toBe(false)
}

/** Everything that later events can depend on: what the ledger holds, and what the model says beside it. */
function stateKey({ on }: Player, model: Model): string {
  if (model.over !== undefined) return model.key
  const stored = [...on.ledger.entries].find(([key]) => key.startsWith('approval/request/'))?.[1].value as
    | { votes: { approver: string; decision: string; elapsedMs: number }[] }
    | undefined
  const votes = (stored?.votes ?? []).map((vote) => `${vote.approver} ${vote.decision} ${String(vote.elapsedMs)}`)
  return JSON.stringify([votes, model.key])
}

import { afterEach, describe, expect, it } from 'vitest'
import { conflicts, mandatoryDimensions } from '../../src/duties/independence.js'
import type { OpenGlass } from '../../src/glass/open-glass.js'
import type { Principal } from '../../src/model/principal.js'
import { readParty } from '../../src/record/recorded-party.js'
import type { RecordedParty } from '../../src/record/recorded-party.js'
import type { RecordedEvent } from '../../src/record/event.js'
import type { Session } from '../../src/session.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { agent, human, startMs } from '../duties/support.js'
import type { GlassBench } from '../glass/support.js'
import { closeGuards, codeOf, glassBench, outage, sharedLedger } from '../glass/support.js'
import { lastingJournal } from '../lasting-journal.js'
import { fc } from '../properties.js'

afterEach(closeGuards)

/** On-call people and auditors in one, so that everybody may try to review for everybody. */
const roles = ['oncall', 'auditor', 'runbook']
const players: readonly Principal[] = [
  human('ada', roles),
  human('ada', roles, { key: 'k1' }),
  human('bob', roles),
  human('cem', roles, { key: 'k1' }),
  agent({ id: 'a1', ownedBy: 'ada', roles, runRoot: 'r1' }),
  agent({ id: 'a2', ownedBy: 'ada', roles, runRoot: 'r2' }),
  agent({ id: 'a3', ownedBy: 'bob', roles, runRoot: 'r1' }),
]

/** What happens: who does what, in which of two processes. */
const step = fc.record({
  act: fc.constantFrom(
    'break',
    'break',
    'write',
    'write',
    'close',
    'review',
    'review',
    'unjustified',
    'wait',
    'restart',
  ),
  who: fc.nat(players.length - 1),
  at: fc.nat(1),
  notifies: fc.constantFrom(true, true, true, false),
})

interface World {
  readonly sessions: Map<string, Session>
  readonly open: Map<string, OpenGlass>
}

async function play(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]) {
  const clock = fixedClock(startMs)
  const ledger = sharedLedger(clock)
  const journals = [lastingJournal(), lastingJournal()]
  const order: RecordedEvent[] = []
  const told: string[] = []
  let opened = 0
  const process = async (at: number): Promise<GlassBench> => {
    return glassBench({ clock, ledger, journal: journals[at]! })
  }
  const world: World = { sessions: new Map(), open: new Map() }
  const processes = [await process(0), await process(1)]
  const seen = [0, 0]
  const collect = (): void => {
    for (const [at, journal] of journals.entries()) {
      order.push(...journal.events.slice(seen[at]))
      seen[at] = journal.events.length
    }
  }
  for (const { act, at, notifies, who } of steps) {
    const on = processes[at]!
    const principal = players[who]!
    const name = `${String(at)}-${String(who)}`
    on.notify = (glass) => {
      if (!notifies) throw new Error('no line')
      told.push(glass.id)
    }
    let session = world.sessions.get(name)
    if (session === undefined) world.sessions.set(name, (session = await on.open(principal)))
    switch (act) {
      case 'break': {
        const rule = principal.kind === 'human' ? 'G1' : 'G2'
        const breaking = session.breakGlass({ ...outage, rule })
        if ((await codeOf(breaking)) === 'open') {
          opened++
          world.open.set(name, await breaking)
        }
        break
      }
      case 'write':
        await on.tries(session, 'write')
        for (const key of world.open.keys()) {
          const breaker = world.sessions.get(key)
          if (breaker?.closed === false) await processOf(processes, key).tries(breaker, 'write')
        }
        break
      case 'close':
        for (const glass of world.open.values()) await glass.close()
        break
      case 'review':
      case 'unjustified':
        for (const { id } of await on.guard.glass.pending())
          await on.review(id, principal, act === 'review' ? 'justified' : 'unjustified')
        break
      case 'wait':
        clock.advance(11 * 60_000)
        break
      case 'restart':
        await on.guard.close()
        processes[at] = await process(at)
        for (const key of world.sessions.keys()) if (key.startsWith(`${String(at)}-`)) world.sessions.delete(key)
    }
    // What ends at the same time is recorded by the time that it resolves.
    collect()
  }
  await closeGuards()
  collect()
  return { order, told, opened }
}

/** The process that a session belongs to. */
function processOf(processes: readonly GlassBench[], name: string): GlassBench {
  return processes[Number(name[0])]!
}

const partyOf = (value: unknown): RecordedParty['party'] => readParty(value)!.party

/** What I20 says, read from the record alone. */
function broken(order: readonly RecordedEvent[], told: readonly string[]): string[] {
  const found: string[] = []
  const glasses = new Map<string, RecordedEvent>()
  const unreviewed = new Set<string>()
  const ended = new Set<string>()
  for (const event of order) {
    const glass = String(event['glass'])
    switch (event.type) {
      case 'glass.broken': {
        const id = String(event['id'])
        for (const other of unreviewed) {
          const shared = conflicts(partyOf(glasses.get(other)!['actor']), partyOf(event['actor']), mandatoryDimensions)
          if (shared.length > 0) found.push(`${id} was broken while ${other} was not reviewed`)
        }
        glasses.set(id, event)
        unreviewed.add(id)
        break
      }
      case 'glass.ended':
        ended.add(glass)
        if (event['end'] === 'not-opened') unreviewed.delete(glass)
        break
      case 'glass.reviewed': {
        const shared = conflicts(partyOf(event['reviewer']), partyOf(glasses.get(glass)!['actor']), mandatoryDimensions)
        if (shared.length > 0) found.push(`${glass} was reviewed by somebody who shares ${shared.join()}`)
        if (partyOf(event['reviewer']).kind !== 'human') found.push(`${glass} was reviewed by an agent`)
        if (event['verdict'] === 'justified') unreviewed.delete(glass)
        break
      }
      case 'action.intent': {
        if ((event['decision'] as { effect: string }).effect !== 'hold') break
        const one = glasses.get(glass)
        if (event['approval'] !== undefined) break
        if (one === undefined) found.push('a held action ran without approval and glass')
        else {
          if (one.session !== event.session) found.push(`${glass} was used by another session`)
          if ((event['target'] as { name: string }).name !== one['target']) found.push(`${glass} was used elsewhere`)
          if (!told.includes(glass)) found.push(`${glass} was used, and nobody was told`)
          if (ended.has(glass)) found.push(`${glass} was used after its end`)
          if (!unreviewed.has(glass)) found.push(`${glass} was used after its review`)
          if (Date.parse(event.time) > Date.parse(String(one['until']))) found.push(`${glass} was used too long`)
        }
        break
      }
      default:
    }
  }
  return found
}

describe('I20', () => {
  it('what runs behind broken glass was told to people before, and is followed by an independent review or a block', async () => {
    let opened = 0
    let ran = 0
    let reviewed = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 12, maxLength: 40 }), async (steps) => {
        const { order, told, opened: count } = await play(steps)
        expect(broken(order, told)).toEqual([])
        opened += count
        ran += order.filter((event) => event.type === 'action.intent' && event['glass'] !== undefined).length
        reviewed += order.filter((event) => event['verdict'] === 'justified').length
      }),
      { numRuns: 40 },
    )
    // It is not true of nothing.
    expect(Math.min(opened, ran, reviewed)).toBeGreaterThan(15)
  })
})

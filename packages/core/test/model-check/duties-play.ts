import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import { agent, effect, startMs } from '../duties/support.js'
import type { Cast, Stage } from './cast.js'
import { must } from './explore.js'
import type { DutyEvent } from './duties-model.js'
import { DutyModel, excusedMs, laterMs, waitMs } from './duties-model.js'

/** Deletes are asked about, writes are not; whoever took one step about a table takes no other one. */
export const chainPolicy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [{ target: ['db', 'other'], duty: ['read', 'write', 'delete'] }],
    dba: [{ target: ['db', 'other'], duty: ['approve', 'write'] }],
  },
  hold: [
    {
      id: 'H1',
      duty: 'delete',
      require: [{ stage: 'peer', count: 1, role: 'dba', independent: ['subject'] }],
      ttl: '15m',
    },
  ],
  separate: {
    history: [{ id: 'C1', steps: ['request', 'approve', 'execute'], per: 'object', window: '24h' }],
  },
}

/** As above, with one account that is excused from the chain, and another rule that it is not excused from. */
export const excusedPolicy: PolicyInput = {
  ...chainPolicy,
  separate: {
    ...chainPolicy.separate,
    dynamic: [{ id: 'D1', duties: ['read', 'write'], max: 1, per: 'target', window: '24h' }],
  },
  mitigations: [
    {
      id: 'M1',
      rule: 'C1',
      subject: { issuer: 'https://agents.example', id: 'solo.1' },
      control: 'CM-7: looked at the next morning',
      owner: 'head of operations',
      until: new Date(startMs + excusedMs).toISOString().replace('.000', ''),
    },
  ],
}

function everybody(cast: Cast): void {
  const key = cast.id('thumb')
  cast.agent('w1', 'olga', ['worker'], { key, runRoot: cast.id('one') })
  cast.agent('w2', 'olga', ['worker'])
  cast.agent('inRun', 'rita', ['worker'], { runRoot: cast.id('one') })
  cast.agent('keyed', 'ken', ['worker'], { key })
  cast.agent('v', 'vic', ['worker'])
  cast.agent('solo', 'sol', ['worker'])
  cast.agent('second', 'sol', ['worker'])
  for (const name of ['vic', 'zoe', 'olga', 'rita', 'ken', 'sol']) cast.human(name, ['dba'])
}

/** The excused account in the hands of somebody else. */
function lent(cast: Cast): Principal {
  const { expiresAt, subject } = cast.of('solo')
  return agent({
    id: subject.id,
    ownedBy: cast.id('sol'),
    runRoot: cast.id('lent'),
    actors: [{ issuer: subject.issuer, id: cast.id('somebody') }],
    expiresAtMs: expiresAt.getTime(),
  })
}

/** Plays a sequence. Answers the key of the state that it leads to, and how many actions ran. */
export async function playDuties(
  stage: Stage,
  isApart: boolean,
  path: readonly DutyEvent[],
  quiet: readonly DutyEvent[],
): Promise<{ readonly key: string; readonly ran: number }> {
  const cast = await stage.next()
  everybody(cast)
  const { world } = cast
  const sessions = new Map<string, Session>()
  const sessionOf = async (who: string): Promise<Session> => {
    const session = sessions.get(who) ?? (await world.open(who === 'lent' ? lent(cast) : cast.of(who)))
    sessions.set(who, session)
    return session
  }
  const act = async ({ object, verb, who, yes }: DutyEvent): Promise<boolean> => {
    const resource = `table:public.${object}`
    switch (verb) {
      case 'later':
      case 'wait':
        world.clock.advance(verb === 'wait' ? waitMs : laterMs)
        world.ledgerClock.advance(verb === 'wait' ? waitMs : laterMs)
        return false
      case 'read':
        return (await world.tries(await sessionOf(who), [effect('read', resource)])) === 'permitted'
      case 'execute':
        return (await world.tries(await sessionOf(who), [effect('write', resource)])) === 'permitted'
      case 'ask':
        return (await world.triesWith(await sessionOf(who), [effect('delete', resource)], cast.of(yes))) === 'permitted'
    }
  }
  const model = new DutyModel(isApart)
  let ran = 0
  let key = model.key
  for (const [index, event] of [...path, ...quiet].entries()) {
    const expected = model.apply(event)
    const found = await act(event)
    must(found === expected, `${event.verb} ${event.who} ${event.object} ${event.yes} does what it should, after`, path)
    if (found) ran++
    if (index < path.length) key = model.key
  }
  must(key === model.key, 'nothing changed by what must change nothing', path)
  await Promise.all([...sessions.values()].map((session) => session.close()))
  return { key, ran }
}

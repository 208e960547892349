import type { Grant } from '../../src/grants/open-grant.js'
import type { Principal } from '../../src/model/principal.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import { effect, people } from '../duties/support.js'
import type { Cast, Stage } from './cast.js'
import { must } from './explore.js'
import type { GrantEvent } from './grants-model.js'
import { GrantModel, ttlMs, uses, waitMs } from './grants-model.js'
import type { Asked } from './world.js'
import { settled } from './world.js'

/** Two people of one role are asked; the rule says more about one action than about a grant: anybody, and owners too. */
export const grantsPolicy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    worker: [{ target: ['db', 'other'], duty: ['read', 'write', 'delete'] }],
    dba: [{ target: ['db', 'other'], duty: 'approve' }],
    admin: [{ target: ['db', 'other'], duty: 'approve' }],
  },
  hold: [
    {
      id: 'H1',
      duty: ['write', 'delete'],
      from: 'anyone',
      requester: { ownerMayApprove: true },
      require: [{ stage: 'peer', count: 2, role: 'dba', independent: ['subject'] }],
      ttl: '15m',
      grant: { uses: 20, ttl: '1h' },
    },
  ],
}

const otherPolicy: PolicyInput = { ...grantsPolicy, deny: [{ id: 'N1', resource: 'table:hr.**' }] }

/** How much of the universe is played, from where. */
export interface GrantScenario {
  readonly name: string
  /** Who said yes before the first event. */
  readonly given: readonly string[]
  readonly events: readonly GrantEvent[]
  readonly depth: number
  readonly isFine: boolean
}

/** Everybody who may say something about a grant of the worker. */
function everybody(cast: Cast): void {
  cast.human('olga', ['dba'])
  cast.human('zoe', ['worker'])
  cast.human('ann', ['dba'])
  cast.human('sam', ['dba'], {}, ['sam', 'samTwo'])
  cast.human('samTwo', ['dba'], {}, ['sam', 'samTwo'])
  cast.human('admin', ['admin'])
  const worker = cast.agent('worker', 'olga', ['worker', 'dba'], { key: cast.id('thumb') })
  cast.agent('sibling', 'olga', ['worker', 'dba'])
  cast.agent('peer', 'zoe', ['worker', 'dba'], { agentClass: 'other' })
  cast.human('keyed', ['dba'], { key: cast.id('thumb') })
  cast.human('lent', ['dba'], { actors: [worker.subject] })
}

/** Plays a sequence about one grant. Answers the key of the state that it leads to and how many actions ran under it. */
export async function playGrant(
  stage: Stage,
  scenario: GrantScenario,
  path: readonly GrantEvent[],
  quiet: readonly GrantEvent[],
): Promise<{ readonly key: string; readonly ran: number }> {
  const cast = await stage.next()
  everybody(cast)
  const play = await GrantPlay.begin(cast)
  const model = new GrantModel(scenario.isFine)
  let key = ''
  const given = scenario.given.map((who): GrantEvent => ({ verb: 'yes', who }))
  for (const [index, event] of [...given, ...path, ...quiet].entries()) {
    if (index === given.length + path.length) key = model.key
    const expected = model.apply(event)
    must((await play.act(event)) === expected, `${event.verb} ${event.who} ran what it should, after`, path)
    must(play.isGiven === model.wasGiven, `given by those who may, at ${event.verb} ${event.who} after`, path)
  }
  if (quiet.length === 0) key = model.key
  else must(key === model.key, 'nothing changed by what must change nothing', [...path, ...quiet])
  play.check(model, [...path, ...quiet])
  await play.end()
  if ([...path, ...quiet].some(({ verb }) => verb === 'shut')) await stage.renew()
  return { key, ran: model.used }
}

/** Ends that are noticed when a use is asked for. */
const noticedLate: ReadonlySet<string> = new Set(['sell', 'take back elsewhere', 'expired there'])

class GrantPlay {
  readonly #cast: Cast
  readonly #sessions = new Map<string, Session>()
  readonly #asked: Asked
  #grant: Grant | undefined
  readonly #asking: Promise<unknown>

  private constructor(cast: Cast, session: Session, asked: Asked, asking: Promise<Grant>) {
    this.#cast = cast
    this.#asked = asked
    this.#sessions.set('worker', session)
    this.#asking = asking.then(
      (grant) => {
        this.#grant = grant
      },
      () => undefined,
    )
  }

  static async begin(cast: Cast): Promise<GrantPlay> {
    const session = await cast.world.open(cast.of('worker'))
    await cast.world.tries(session, [effect('read')])
    const asked = cast.world.nextAsked()
    const asking = session.requestGrant({
      target: 'db',
      duty: 'write',
      resource: 'table:public.t',
      uses,
      ttlMs,
      reason: 'backfill',
    })
    return new GrantPlay(cast, session, await asked, asking)
  }

  get isGiven(): boolean {
    return this.#grant !== undefined
  }

  /** Does what the event says. Answers how many actions ran by it. */
  async act({ verb, who }: GrantEvent): Promise<number> {
    const { world } = this.#cast
    switch (verb) {
      case 'yes':
      case 'no':
        await this.#vote(verb, this.#cast.of(who))
        return 0
      case 'use':
        return this.#tries(who, 'write')
      case 'rush':
        return world.rush(await this.#session('worker'), uses + 1, [effect('write')])
      case 'stray':
        return this.#tries('worker', 'delete')
      default:
        await this.#happen(verb, who)
        return 0
    }
  }

  /** What stands in the record and in the list of what is open. */
  check(model: GrantModel, path: readonly GrantEvent[]): void {
    const { world } = this.#cast
    const intents = world.events.filter(({ type }) => type === 'action.intent').map(({ body }) => body)
    const numbers = intents.flatMap(({ grant }) => (grant === undefined ? [] : [(grant as { use: number }).use]))
    const counted = Array.from({ length: model.used }, (_use, index) => index + 1)
    must(JSON.stringify(numbers) === JSON.stringify(counted), 'each use has its number on record', path)
    const { state, why } = model
    if (state === 'over' && (noticedLate.has(why) || why.startsWith('lose') || why.startsWith('disable'))) return
    const isListed = world.guard.grants.open().some(({ id }) => id === this.#grant?.id)
    must(isListed === (state === 'given'), 'what lets something through is listed', path)
  }

  async end(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()))
    await this.#asking
  }

  async #vote(verb: 'yes' | 'no', approver: Principal): Promise<void> {
    const { request, vote } = this.#asked
    await vote({ decision: verb === 'yes' ? 'allow' : 'deny', approver, digest: request.digest })
    await settled()
  }

  /** A session that cannot be opened any more runs nothing. */
  async #tries(who: string, duty: 'write' | 'delete'): Promise<number> {
    const session = await this.#session(who).catch(() => undefined)
    if (session === undefined) return 0
    return Number((await this.#cast.world.tries(session, [effect(duty)])) === 'permitted')
  }

  /**
   * A further session of the same agent, here (`again`) or in another process (`abroad`), one of a sub-agent, or one of
   * another agent.
   */
  async #session(who: string): Promise<Session> {
    const known = this.#sessions.get(who)
    if (known !== undefined) return known
    const session = await this.#opened(who)
    this.#sessions.set(who, session)
    return session
  }

  #opened(who: string): Promise<Session> {
    const { world } = this.#cast
    switch (who) {
      case 'child':
        return this.#sessions.get('worker')!.delegate({ roles: ['worker'], ttlMs: 3_600_000 })
      case 'again':
        return world.open(this.#cast.of('worker'))
      case 'abroad':
        return world.elsewhere.openSession(world.token(this.#cast.of('worker')))
      default:
        return world.open(this.#cast.of(who))
    }
  }

  async #happen(verb: GrantEvent['verb'], who: string): Promise<void> {
    const { clock, elsewhere, guard, ledgerClock } = this.#cast.world
    const id = this.#grant?.id ?? 'none'
    const reason = { reason: 'told to' }
    switch (verb) {
      case 'lose':
        this.#cast.change(who, { roles: [] })
        return
      case 'disable':
        this.#cast.change(who, { disabled: true })
        return
      case 'revoke':
        await this.#cast.revoke(who)
        return
      case 'sell':
        this.#cast.change('worker', { owners: [{ issuer: people, id: this.#cast.id('zoe') }] })
        return
      case 'policy':
        await this.#cast.world.setPolicy(otherPolicy)
        return
      case 'old policy':
        await this.#cast.world.setPolicy(grantsPolicy)
        return
      case 'wait':
        clock.advance(waitMs)
        ledgerClock.advance(waitMs)
        return
      case 'wait here':
        clock.advance(ttlMs)
        return
      case 'wait there':
        ledgerClock.advance(ttlMs)
        return
      case 'back':
        clock.setWall(0)
        return
      case 'give back':
        await this.#grant?.giveBack()
        return
      case 'take back':
        await guard.grants.revoke(id, reason)
        return
      case 'take back elsewhere':
        await elsewhere.grants.revoke(id, reason)
        return
      case 'close':
        await this.#sessions.get('worker')?.close()
        return
      case 'shut':
        await guard.revoke({ kind: 'target', id: 'db' }, reason)
        return
      default:
        throw new Error(`${verb} is no such event`)
    }
  }
}

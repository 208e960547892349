import type { GlassVerdict } from '../../src/glass/glass-review.js'
import type { OpenGlass } from '../../src/glass/open-glass.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import type { Session } from '../../src/session.js'
import { effect } from '../duties/support.js'
import type { Cast, Stage } from './cast.js'
import { must } from './explore.js'
import type { GlassEvent } from './glass-model.js'
import { forMs, GlassModel, longMs, waitMs } from './glass-model.js'
import type { World } from './world.js'

/** People on call may break glass to write, on one target at a time. */
export const glassPolicy: PolicyInput = {
  version: 1,
  targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
  roles: {
    oncall: [{ target: ['db', 'other'], duty: ['read', 'write', 'define'] }],
    dba: [{ target: ['db', 'other'], duty: 'approve' }],
    auditor: [{ target: ['db', 'other'], duty: ['read', 'write', 'audit'] }],
  },
  hold: [{ id: 'H1', duty: ['write', 'define'], require: [{ stage: 'peer', count: 1, role: 'dba' }], ttl: '15m' }],
  breakGlass: [
    {
      id: 'G1',
      role: 'oncall',
      target: ['db', 'other'],
      duty: 'write',
      for: '1h',
      review: { role: 'auditor', within: '24h', independent: ['subject'] },
    },
  ],
}

const { breakGlass: _glass, ...withoutGlass } = glassPolicy

/** Everybody who may try to break glass or to review what Ada did. */
function everybody(cast: Cast): void {
  const key = cast.id('thumb')
  cast.human('ada', ['oncall'], { key }, ['ada', 'adaTwo'])
  cast.human('adaTwo', ['oncall', 'auditor'], { key }, ['ada', 'adaTwo'])
  cast.human('bob', ['oncall'])
  cast.human('eve', ['auditor'], { key })
  cast.human('grace', ['auditor'])
  cast.human('zoe', ['dba'])
  cast.agent('bot', 'zoe', ['oncall'])
  cast.agent('robot', 'zoe', ['auditor'])
}

/** Plays a sequence. Answers the key of the state that it leads to, and how many actions ran behind broken glass. */
export async function playGlass(
  stage: Stage,
  path: readonly GlassEvent[],
  quiet: readonly GlassEvent[],
): Promise<{ readonly key: string; readonly ran: number }> {
  const cast = await stage.next()
  everybody(cast)
  const play = await GlassPlay.begin(cast)
  const model = new GlassModel(path)
  const before = new GlassModel()
  for (const event of path) {
    const expected = before.apply(event)
    must((await play.act(event)) === expected, `${event.verb} ${event.who} comes about as it should, at`, path)
  }
  const { key } = model
  for (const event of quiet) {
    const expected = model.apply(event)
    must((await play.act(event)) === expected, `${event.verb} ${event.who} comes about as it should, after`, path)
  }
  must(key === model.key, 'nothing changed by what must change nothing', path)
  const ran = play.check(model, [...path, ...quiet])
  await play.end()
  return { key, ran }
}

class GlassPlay {
  readonly #cast: Cast
  readonly #world: World
  readonly #sessions = new Map<string, Session>()
  readonly #broken = new Map<string, OpenGlass>()
  #ran = 0

  private constructor(cast: Cast) {
    this.#cast = cast
    this.#world = cast.world
  }

  /** Ada has a session before anything happens to her. */
  static async begin(cast: Cast): Promise<GlassPlay> {
    const play = new GlassPlay(cast)
    await play.#session('ada')
    return play
  }

  /** Does what the event says. Answers whether glass broke, an action ran or a review counted. */
  async act({ verb, who }: GlassEvent): Promise<boolean> {
    switch (verb) {
      case 'break':
        return this.#break(who)
      case 'use':
        return this.#tries(who, 'write', 'db')
      case 'use elsewhere':
        return this.#tries(who, 'write', 'other')
      case 'define':
        return this.#tries(who, 'define', 'db')
      case 'justified':
      case 'unjustified':
        return this.#review(who, verb)
      default:
        await this.#happen(verb, who)
        return false
    }
  }

  /** What ran behind glass says behind which, and what is broken knows whether it is open. Answers how much ran. */
  check(model: GlassModel, path: readonly GlassEvent[]): number {
    for (const [who, { open }] of this.#broken) must(open === model.isOpen(who), `the glass of ${who} ends, at`, path)
    const intents = this.#world.events.filter(({ type }) => type === 'action.intent').map(({ body }) => body)
    const ids = new Set([...this.#broken.values()].map(({ id }) => id))
    must(
      intents.length === this.#ran && intents.every(({ glass }) => typeof glass === 'string' && ids.has(glass)),
      'what ran behind glass is on record',
      path,
    )
    return this.#ran
  }

  async end(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()))
    // So that nothing is overdue for the next ones.
    const { guard } = this.#world
    await Promise.all([...this.#broken.values()].map((glass) => glass.close()))
    const reviewer = this.#cast.human('last', ['auditor'])
    for (const { id } of await guard.glass.pending())
      await guard.glass.review(id, { credential: this.#world.token(reviewer), verdict: 'justified' })
  }

  async #break(who: string): Promise<boolean> {
    const session = await this.#session(who)
    if (session === undefined) return false
    try {
      this.#broken.set(who, await session.breakGlass({ target: 'db', reason: 'down', ticket: 'INC-1', forMs }))
      return true
    } catch {
      return false
    }
  }

  async #tries(who: string, duty: 'write' | 'define', target: string): Promise<boolean> {
    const session = await this.#session(who)
    const isPermitted =
      session !== undefined && (await this.#world.tries(session, [effect(duty)], target)) === 'permitted'
    if (isPermitted) this.#ran++
    return isPermitted
  }

  /** Of the first that the person ada broke. */
  async #review(who: string, verdict: GlassVerdict): Promise<boolean> {
    const { guard } = this.#world
    const ids = ['ada', 'adaTwo'].map((name) => this.#cast.id(name))
    const glass = (await guard.glass.pending()).find((each) => ids.includes(each.who.subject.id))
    if (glass === undefined) return false
    const credential = this.#world.token(this.#cast.of(who))
    return (await guard.glass.review(glass.id, { credential, verdict })).counted
  }

  /** `again`: another one of Ada's. Undefined when none can be opened, or it was closed. */
  async #session(who: string): Promise<Session | undefined> {
    const known = this.#sessions.get(who)
    if (known !== undefined) return known
    const session = await this.#world.open(this.#cast.of(who === 'again' ? 'ada' : who)).catch(() => undefined)
    if (session !== undefined) this.#sessions.set(who, session)
    return session
  }

  async #happen(verb: GlassEvent['verb'], who: string): Promise<void> {
    const { clock, ledgerClock } = this.#world
    const advance = (hereMs: number, thereMs: number): void => {
      clock.advance(hereMs)
      ledgerClock.advance(thereMs)
    }
    switch (verb) {
      case 'give back':
        await this.#broken.get(who)?.close()
        return
      case 'leave':
        await (await this.#session(who))?.close()
        return
      case 'lose':
        this.#cast.change(who, { roles: [] })
        return
      case 'revoke':
        await this.#cast.revoke(who)
        return
      case 'policy':
        await this.#world.setPolicy(withoutGlass)
        return
      case 'old policy':
        await this.#world.setPolicy(glassPolicy)
        return
      case 'back':
        clock.setWall(clock.wallMs() - 1)
        return
      case 'wait':
        advance(waitMs, waitMs)
        return
      case 'wait here':
        advance(waitMs, 0)
        return
      case 'wait there':
        advance(0, waitMs)
        return
      case 'wait long':
        advance(longMs, longMs)
        return
      default:
        throw new Error(`${verb} is no such event`)
    }
  }
}

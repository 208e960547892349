import { createHash, randomBytes } from 'node:crypto'
import { vi } from 'vitest'
import type { Approver } from '../../src/approvals/approver.js'
import type { ApprovalCoordinator, HeldAction, HeldCall } from '../../src/approvals/coordinator.js'
import { createApprovalCoordinator } from '../../src/approvals/coordinator.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import type { ApprovalSubject } from '../../src/model/approval-statement.js'
import { canonicalJson } from '../../src/model/canonical-json.js'
import { sha256 } from '../../src/model/digest.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import {
  TestJournal,
  firstPolicy,
  hold,
  human,
  never,
  peerStage,
  policy,
  requirement,
  startMs,
} from '../approvals/support.js'
import { must } from './explore.js'
import type { TakeoverEvent } from './takeover-model.js'
import { TakeoverModel, leaseMs, ttlMs, voteMaxAgeMs } from './takeover-model.js'
import { settled } from './world.js'

/** What is explored: how many people have to say yes, what has happened already, and what may happen. */
export interface TakeoverScenario {
  readonly name: string
  readonly count: number
  readonly given: readonly TakeoverEvent[]
  readonly events: readonly TakeoverEvent[]
  readonly depth: number
}

/** More than a quarter of a second: whoever has a request has looked at what was handed in. */
const lookMs = 300

/** Plays a sequence against the real coordinators, and says what state it leads to. Timers have to be fake. */
export async function playTakeover(
  { count, given }: TakeoverScenario,
  path: readonly TakeoverEvent[],
  quiet: readonly TakeoverEvent[],
): Promise<{ readonly key: string; readonly model: TakeoverModel }> {
  const play = new TakeoverPlay(count)
  const model = new TakeoverModel(count)
  let key = ''
  for (const [index, event] of [...given, ...path, ...quiet].entries()) {
    if (index === given.length + path.length) key = model.key
    const expected = model.apply(event)
    must((await play.act(event)) === expected, 'it ran exactly when it should', [...path, ...quiet])
    must(play.runs === model.ran, 'I9: once, whoever has it', [...path, ...quiet])
    for (const name of ['one', 'two'])
      if (!model.over && model.isApproved(name))
        must(play.isApproved(name), `${name} was told of the yes`, [...path, ...quiet])
    if (!model.over) must(play.taken === model.taken, 'taken over exactly when it should be', [...path, ...quiet])
  }
  if (quiet.length === 0) key = model.key
  else must(key === model.key, 'nothing changed by what must change nothing', [...path, ...quiet])
  await play.end()
  return { key, model }
}

/** One process: it can die, and it can hang, so that what it does to the ledger is done when it wakes. */
class Process {
  readonly coordinator: ApprovalCoordinator
  readonly journal = new TestJournal()
  held: HeldAction | undefined
  asking: Promise<unknown> | undefined
  isGone = false
  #awake = Promise.resolve()
  #hangs = false
  wake: () => void = () => undefined

  constructor(ledger: Ledger, parts: Omit<Parameters<typeof createApprovalCoordinator>[0], 'ledger' | 'journal'>) {
    this.coordinator = createApprovalCoordinator({
      ...parts,
      journal: this.journal,
      ledger: {
        get: (key) => this.#do(() => ledger.get(key)),
        commit: (changes) => this.#do(() => ledger.commit(changes)),
        nowMs: () => this.#do(() => ledger.nowMs()),
        close: () => Promise.resolve(),
      },
    })
  }

  hang(): void {
    if (this.#hangs) return
    this.#hangs = true
    this.#awake = new Promise((resolve) => {
      this.wake = () => {
        this.#hangs = false
        resolve()
      }
    })
  }

  async #do<T>(step: () => T | Promise<T>): Promise<T> {
    await this.#awake
    if (this.isGone) throw new Error('gone')
    return step()
  }
}

class TakeoverPlay {
  readonly #clock = fixedClock(startMs)
  readonly #processes: ReadonlyMap<string, Process>
  readonly #desk: Process
  readonly #secret = randomBytes(16).toString('hex')
  readonly #distrusted = new Set<string>()
  readonly #required
  #policy = firstPolicy
  #subject: ApprovalSubject | undefined
  runs = 0

  constructor(count: number) {
    const ledger = memoryLedger({ clock: this.#clock })
    this.#required = requirement({ level: 'signed', stages: [{ ...peerStage, count }], ttlMs, voteMaxAgeMs })
    const key = createHash('sha256').update(this.#secret).digest()
    const start = (): Process =>
      new Process(ledger, {
        approvers: [this.#approver()],
        clock: this.#clock,
        policyNow: () => this.#policy,
        takeover: { key, afterMs: leaseMs },
        deadlineMs: 1e9,
      })
    this.#processes = new Map([
      ['one', start()],
      ['two', start()],
    ])
    this.#desk = start()
  }

  isApproved(name: string): boolean {
    return this.#of(name).held !== undefined
  }

  /** How often people were told that their request has changed hands. */
  get taken(): number {
    const asked = [...this.#processes.values()].flatMap(({ journal }) => journal.of('approval.requested'))
    return asked.filter((event) => (event as { readonly takenOver?: boolean }).takenOver === true).length
  }

  /** Does what the event says. Answers whether the action ran by it. */
  async act({ verb, who }: TakeoverEvent): Promise<boolean> {
    const ran = await this.#act(verb, who)
    // A second look takes in what the first one could not reach yet.
    for (let look = 0; look < 2; look++) {
      await vi.advanceTimersByTimeAsync(lookMs)
      await settled()
    }
    // People are asked once: what they sign is about that, whoever has it.
    this.#subject ??= [...this.#processes.values()].flatMap(({ coordinator }) => coordinator.pending())[0]?.subject
    return ran
  }

  async end(): Promise<void> {
    for (const each of [...this.#processes.values(), this.#desk]) {
      each.isGone = true
      each.wake()
    }
    const closing = Promise.all([...this.#processes.values(), this.#desk].map(({ coordinator }) => coordinator.close()))
    await vi.advanceTimersByTimeAsync(lookMs)
    await closing
  }

  #of(name: string): Process {
    return this.#processes.get(name)!
  }

  async #act(verb: TakeoverEvent['verb'], who: string): Promise<boolean> {
    switch (verb) {
      case 'ask':
        this.#ask(this.#of(who))
        return false
      case 'yes':
      case 'no':
      case 'forge':
        await this.#handIn(verb, who)
        return false
      case 'die':
        this.#of(who).isGone = true
        return false
      case 'hang':
        this.#of(who).hang()
        return false
      case 'wake':
        this.#of(who).wake()
        return false
      case 'lapse':
        this.#clock.advance(leaseMs)
        return false
      case 'age':
        this.#clock.advance(voteMaxAgeMs + 1)
        return false
      case 'distrust':
        this.#distrusted.add(who)
        return false
      case 'policy':
        this.#policy = policy('second')
        return false
      case 'run':
        return this.#run(this.#of(who))
    }
  }

  #ask(by: Process): void {
    const asking = by.coordinator
      .request(this.#call(), never)
      .then((outcome) => {
        if (outcome.outcome === 'approved') by.held = outcome.held
      })
      .catch(() => undefined)
    by.asking = asking
  }

  async #run(by: Process): Promise<boolean> {
    if (by.held === undefined) return false
    const spent = by.coordinator.consume(by.held, by.held.digest).then(
      () => true,
      () => false,
    )
    // Whoever hangs answers when it wakes: that, too, must have run nothing.
    void spent.then((ran) => (this.runs += Number(ran)))
    await settled()
    return Promise.race([spent, settled().then(() => false)])
  }

  async #handIn(verb: 'yes' | 'no' | 'forge', who: string): Promise<void> {
    if (this.#subject === undefined) return
    const said = { about: { ...this.#subject }, who, yes: verb === 'yes' || verb === 'forge' }
    const stamp = verb === 'forge' ? sha256('guess') : this.#stamp(said)
    await this.#desk.coordinator.submit(this.#subject.req, JSON.stringify({ ...said, stamp }))
  }

  #stamp(said: { readonly who: string; readonly yes: boolean }): string {
    return sha256(this.#secret, canonicalJson(said))
  }

  #approver(): Approver {
    return {
      name: 'desk',
      level: 'signed',
      ask: () => Promise.resolve(),
      verify: (evidence, about) => {
        const { stamp, ...said } = JSON.parse(evidence) as { stamp: string; about: object; who: string; yes: boolean }
        if (stamp !== this.#stamp(said) || this.#distrusted.has(said.who)) throw new Error('forged')
        if (canonicalJson({ ...about }) !== canonicalJson({ ...said.about } as never)) throw new Error('something else')
        const decision = said.yes ? 'allow' : 'deny'
        return Promise.resolve({ decision, approver: human(said.who), level: 'signed', id: stamp, stage: undefined })
      },
    }
  }

  #call(): HeldCall {
    const { requester, ...base } = hold({ requirement: this.#required, policyDigest: this.#policy.digest })
    return {
      ...base,
      requester,
      bind: (nonce, actionId = 'first-1') => ({ actionId, digest: sha256(nonce, actionId), requestText: '{}' }),
    }
  }
}

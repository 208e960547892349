/** What may happen to a grant, and who does it. */
export interface GrantEvent {
  readonly verb:
    | 'yes'
    | 'no'
    | 'use'
    | 'rush'
    | 'stray'
    | 'lose'
    | 'disable'
    | 'revoke'
    | 'sell'
    | 'policy'
    | 'old policy'
    | 'wait'
    | 'wait here'
    | 'wait there'
    | 'back'
    | 'give back'
    | 'take back'
    | 'take back elsewhere'
    | 'shut'
    | 'close'
  readonly who: string
}

/** How many uses are asked for, and for how long. */
export const uses = 2
export const ttlMs = 10 * 60_000
/** Twice this is more than a grant lasts, and once is not. */
export const waitMs = 6 * 60_000

/** Who could say yes to a grant: people with the role, and what they share. */
const voters: Readonly<Record<string, string>> = { ann: 'ann', sam: 'sam', samTwo: 'sam' }
/** Who has to be who they were for a grant to go on. */
const bearing: ReadonlySet<string> = new Set(['worker', 'olga'])

/** What the rules say of a grant for which two people are asked, in the fewest words and written apart from the code. */
export class GrantModel {
  /** People were asked, and have not given it. */
  state: 'asked' | 'given' | 'over' = 'asked'
  why = ''
  wasGiven = false
  used = 0
  readonly #waited = { here: 0, there: 0 }
  readonly #yes: string[] = []
  readonly #out = new Set<string>()
  readonly #isFine: boolean
  readonly #log: string[] = []

  /** `isFine`: what is over is told apart by all that happened, not only by why it is. */
  constructor(isFine: boolean, path: readonly GrantEvent[] = [], given: readonly string[] = []) {
    this.#isFine = isFine
    for (const who of given) this.apply({ verb: 'yes', who })
    for (const event of path) this.apply(event)
  }

  /** Applies an event. Answers how many actions of the session must run by it. */
  apply({ verb, who }: GrantEvent): number {
    const before = this.state
    const ran = this.#apply(verb, who)
    if (before === 'over' && this.#isFine && verb !== 'use' && verb !== 'rush' && verb !== 'stray')
      if (!this.#log.includes(`${verb} ${who}`)) this.#log.push(`${verb} ${who}`)
    return ran
  }

  get key(): string {
    if (this.state === 'over') return JSON.stringify([this.why, [...this.#log].sort()])
    return JSON.stringify([this.state, this.used, this.#waited, [...this.#yes].sort(), [...this.#out].sort()])
  }

  #apply(verb: GrantEvent['verb'], who: string): number {
    switch (verb) {
      case 'yes':
        this.#say(who)
        return 0
      case 'no':
        if (this.state === 'asked' && this.#counts(who)) this.#end('denied')
        return 0
      case 'use':
        return who === 'worker' ? this.#use(1) : 0
      case 'rush':
        return this.#use(uses + 1)
      case 'stray':
      case 'old policy':
        return 0
      case 'wait':
        this.#wait(waitMs, waitMs)
        return 0
      case 'wait here':
        this.#wait(ttlMs, 0)
        return 0
      case 'wait there':
        this.#wait(0, ttlMs)
        return 0
      case 'lose':
      case 'disable':
      case 'revoke':
        this.#out.add(who)
        if (this.state === 'given' && (this.#yes.includes(who) || bearing.has(who))) this.#end(`${verb} ${who}`)
        if (this.state === 'asked' && verb === 'revoke' && who === 'olga') this.#end('revoked')
        return 0
      case 'sell':
      case 'policy':
      case 'back':
      case 'close':
      case 'shut':
        if (this.state !== 'over') this.#end(verb)
        return 0
      case 'give back':
      case 'take back':
      case 'take back elsewhere':
        if (this.state === 'given') this.#end(verb)
        return 0
    }
  }

  #say(who: string): void {
    if (this.state !== 'asked' || !this.#counts(who) || this.#yes.includes(who)) return
    this.#yes.push(who)
    const persons = new Set(this.#yes.map((each) => voters[each]))
    if (persons.size < 2) return
    const stand = this.#yes.filter((each) => this.#counts(each))
    if (new Set(stand.map((each) => voters[each])).size < 2 || this.#out.has('worker')) {
      this.#end('not given')
      return
    }
    this.state = 'given'
    this.wasGiven = true
    this.#waited.here = 0
    this.#waited.there = 0
    // One yes of each person is enough.
    const first = stand.filter((who, index) => stand.findIndex((each) => voters[each] === voters[who]) === index)
    this.#yes.splice(0, Infinity, ...first)
  }

  #counts(who: string): boolean {
    return voters[who] !== undefined && !this.#out.has(who)
  }

  #use(tries: number): number {
    if (this.state !== 'given') return 0
    const ran = Math.min(tries, uses - this.used)
    this.used += ran
    if (this.used === uses) this.#end('used up')
    return ran
  }

  #wait(hereMs: number, thereMs: number): void {
    if (this.state !== 'given') return
    this.#waited.here += hereMs
    this.#waited.there += thereMs
    if (this.#waited.here >= ttlMs) this.#end('expired')
    else if (this.#waited.there >= ttlMs) this.#end('expired there')
  }

  #end(why: string): void {
    this.state = 'over'
    this.why = why
  }
}

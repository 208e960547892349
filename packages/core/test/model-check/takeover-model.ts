/** What may happen to a request that processes take over from each other, and who does it. */
export interface TakeoverEvent {
  readonly verb:
    | 'ask'
    | 'yes'
    | 'no'
    | 'forge'
    | 'die'
    | 'hang'
    | 'wake'
    | 'lapse'
    | 'age'
    | 'distrust'
    | 'policy'
    | 'run'
  readonly who: string
}

export const leaseMs = 10_000
export const voteMaxAgeMs = 60_000
export const ttlMs = 15 * 60_000

interface Vote {
  readonly who: string
  readonly at: number
}

/** `asked`: it waits for people, or has their yes. */
type Standing = 'idle' | 'asked' | 'approved' | 'gone'

/** What the rules say of one request for an action, in the fewest words and written apart from the code. */
export class TakeoverModel {
  over = false
  ran = 0
  /** How often the request changed hands. */
  taken = 0
  readonly #count: number
  #now = 0
  #holder = ''
  #heldUntil = 0
  readonly #hung = new Set<string>()
  readonly #distrusted = new Set<string>()
  readonly #votes: Vote[] = []
  #handedIn: { readonly who: string; readonly yes: boolean }[] = []
  readonly #standing = new Map<string, Standing>()

  /** `count`: how many people have to say yes. */
  constructor(count: number, path: readonly TakeoverEvent[] = []) {
    this.#count = count
    for (const event of path) this.apply(event)
  }

  /** Applies an event. Answers whether it must run the action. */
  apply(event: TakeoverEvent): boolean {
    const runs = !this.over && this.#apply(event)
    if (!this.over) this.#holderLooks()
    return runs
  }

  /** Whether a process has the request, and the yes of all people. */
  isApproved(who: string): boolean {
    return this.#standing.get(who) === 'approved'
  }

  get key(): string {
    if (this.over) return `over ${String(this.ran)}`
    const votes = this.#votes.map(({ at, who }) => [who, Math.min(this.#now - at, voteMaxAgeMs + 1)])
    const standing = [...this.#standing].map(([who, state]) => `${who} ${state}`).sort()
    const lists = [[...this.#hung].sort(), [...this.#distrusted].sort(), this.#handedIn]
    return JSON.stringify([this.#holder, this.#isHeld, this.#now < voteMaxAgeMs * 3, votes, standing, lists])
  }

  get #isHeld(): boolean {
    return this.#heldUntil > this.#now
  }

  #works(who: string): boolean {
    return this.#standing.get(who) !== 'gone' && !this.#hung.has(who)
  }

  #apply({ verb, who }: TakeoverEvent): boolean {
    switch (verb) {
      case 'ask':
        if (this.#works(who)) this.#ask(who)
        return false
      case 'yes':
      case 'no':
        if (!this.#distrusted.has(who) && ![...this.#votes, ...this.#handedIn].some((each) => each.who === who))
          this.#handedIn.push({ who, yes: verb === 'yes' })
        return false
      case 'forge':
        return false
      case 'die':
        this.#standing.set(who, 'gone')
        return false
      case 'hang':
        if (this.#standing.get(who) !== 'gone') this.#hung.add(who)
        return false
      case 'wake':
        this.#hung.delete(who)
        return false
      case 'lapse':
        this.#now += leaseMs
        return false
      case 'age':
        this.#now += voteMaxAgeMs + 1
        return false
      case 'distrust':
        this.#distrusted.add(who)
        return false
      case 'policy':
        this.over = true
        return false
      case 'run':
        return this.#run(who)
    }
  }

  #ask(who: string): void {
    if (this.#holder === who || this.#isHeld) return
    if (this.#holder !== '') this.taken++
    // Whoever had it will be told so, whatever it knows.
    if (this.#standing.get(this.#holder) !== 'gone') this.#standing.delete(this.#holder)
    this.#holder = who
    this.#heldUntil = this.#now + leaseMs
    this.#standing.set(who, 'asked')
  }

  /** Whoever has it gives signs of life, and looks at what was handed in. */
  #holderLooks(): void {
    const who = this.#holder
    if (who === '' || !this.#works(who)) return
    this.#heldUntil = this.#now + leaseMs
    for (const { who: voter, yes } of this.#handedIn) {
      if (this.#distrusted.has(voter)) continue
      if (yes) this.#votes.push({ who: voter, at: this.#now })
      else this.over = true
    }
    this.#handedIn = []
    if (this.#fresh().length >= this.#count) this.#standing.set(who, 'approved')
  }

  #run(who: string): boolean {
    if (who !== this.#holder || !this.#works(who) || this.#standing.get(who) !== 'approved') return false
    this.over = true
    if (this.#fresh().length < this.#count) return false
    this.ran++
    return true
  }

  #fresh(): readonly Vote[] {
    return this.#votes.filter(({ at, who }) => this.#now - at <= voteMaxAgeMs && !this.#distrusted.has(who))
  }
}

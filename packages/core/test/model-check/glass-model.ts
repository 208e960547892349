/** What may happen around broken glass, and who does it. */
export interface GlassEvent {
  readonly verb:
    | 'break'
    | 'use'
    | 'use elsewhere'
    | 'define'
    | 'give back'
    | 'leave'
    | 'justified'
    | 'unjustified'
    | 'lose'
    | 'revoke'
    | 'policy'
    | 'old policy'
    | 'wait'
    | 'wait here'
    | 'wait there'
    | 'wait long'
    | 'back'
  readonly who: string
}

/** For how long glass is broken; the rule lets it be for longer. */
export const forMs = 30 * 60_000
export const waitMs = 31 * 60_000
export const longMs = 26 * 3_600_000
export const withinMs = 24 * 3_600_000

/** Who may break glass at all, and which person that is. */
const breakers: Readonly<Record<string, string>> = { ada: 'ada', adaTwo: 'ada', bob: 'bob' }

interface Glass {
  readonly by: string
  endsHere: number
  readonly endsThere: number
  ended: boolean
  isJustified: boolean
}

/** What the rules say of breaking glass, in the fewest words and written apart from the code. */
export class GlassModel {
  /** Oldest first. */
  readonly #glasses: Glass[] = []
  #here = 0
  #there = 0
  #isRuleThere = true
  readonly #gone = new Set<string>()
  readonly #lost = new Set<string>()

  constructor(path: readonly GlassEvent[] = []) {
    for (const event of path) this.apply(event)
  }

  /** Applies an event. Answers whether it must come about: glass that breaks, an action that runs, a review that counts. */
  apply({ verb, who }: GlassEvent): boolean {
    switch (verb) {
      case 'break':
        return this.#break(who)
      case 'use':
        return this.#lifts(who)
      case 'use elsewhere':
      case 'define':
        return false
      case 'back':
        // Nobody can then say how long it has lasted.
        for (const glass of this.#glasses) glass.endsHere = Math.min(glass.endsHere, this.#here)
        return false
      case 'give back':
        for (const glass of this.#glasses) if (glass.by === who) glass.ended = true
        return false
      case 'leave':
        this.#leave(who)
        return false
      case 'justified':
      case 'unjustified':
        return this.#review(who, verb)
      case 'lose':
        this.#lost.add(who)
        return false
      case 'revoke':
        for (const [account, person] of Object.entries(breakers)) if (person === who) this.#leave(account)
        return false
      case 'policy':
        this.#isRuleThere = false
        return false
      case 'old policy':
        this.#isRuleThere = true
        return false
      case 'wait':
        return this.#wait(waitMs, waitMs)
      case 'wait here':
        return this.#wait(waitMs, 0)
      case 'wait there':
        return this.#wait(0, waitMs)
      case 'wait long':
        return this.#wait(longMs, longMs)
    }
  }

  /** Everything that a later event can depend on; how late it is only where something waits for that. */
  get key(): string {
    const left = (endsAt: number, now: number): number => Math.max(0, endsAt - now)
    const counting = this.#glasses.filter((glass) => !glass.isJustified || this.#isOpen(glass))
    const glasses = counting.map(({ by, ended, endsHere, endsThere, isJustified }) => [
      by,
      ended,
      isJustified,
      ended ? 0 : left(endsHere, this.#here),
      left(endsThere, this.#there),
      left(endsThere + withinMs, this.#there),
    ])
    return JSON.stringify([glasses, this.#isRuleThere, [...this.#gone].sort(), [...this.#lost].sort()])
  }

  #break(who: string): boolean {
    const person = breakers[who]
    if (person === undefined || this.#gone.has(who) || this.#lost.has(who) || !this.#isRuleThere) return false
    if (this.#unreviewed.some(({ by }) => breakers[by] === person)) return false
    if (this.#unreviewed.some((glass) => this.#isOver(glass) && this.#there > glass.endsThere + withinMs)) return false
    const ends = { endsHere: this.#here + forMs, endsThere: this.#there + forMs }
    this.#glasses.push({ by: who, ...ends, ended: false, isJustified: false })
    return true
  }

  #lifts(who: string): boolean {
    return this.#isRuleThere && !this.#gone.has(who) && !this.#lost.has(who) && this.isOpen(who)
  }

  /** Whether what somebody broke last has not ended here. */
  isOpen(who: string): boolean {
    const last = this.#glasses.findLast(({ by }) => by === who)
    return last !== undefined && this.#isOpen(last)
  }

  #isOpen({ ended, endsHere }: Glass): boolean {
    return !ended && this.#here < endsHere
  }

  get #unreviewed(): readonly Glass[] {
    return this.#glasses.filter(({ isJustified }) => !isJustified)
  }

  /** Of the first that the person ada broke. */
  #review(who: string, verdict: string): boolean {
    const glass = this.#unreviewed.find(({ by }) => breakers[by] === 'ada')
    if (glass === undefined || who !== 'grace' || this.#isOpen(glass) || !this.#isOver(glass)) return false
    if (verdict === 'justified') glass.isJustified = true
    return true
  }

  #isOver({ ended, endsThere }: Glass): boolean {
    return ended || this.#there > endsThere
  }

  #leave(who: string): void {
    this.#gone.add(who)
    for (const glass of this.#glasses) if (glass.by === who) glass.ended = true
  }

  #wait(hereMs: number, thereMs: number): false {
    this.#here += hereMs
    this.#there += thereMs
    return false
  }
}

/** What somebody does on an object, with whoever says yes to it, or time that passes. */
export interface DutyEvent {
  readonly verb: 'read' | 'execute' | 'ask' | 'later' | 'wait'
  readonly who: string
  readonly object: string
  /** Of `ask`: who says yes. */
  readonly yes: string
}

export const hourMs = 3_600_000
export const windowMs = 24 * hourMs
/** More than a window, with the 64th that one may last longer. */
export const waitMs = 25 * hourMs
export const laterMs = 4 * hourMs
/** Until when an exception lasts, from the beginning. */
export const excusedMs = 3 * hourMs

/** Whatever ties somebody to others: account, people, run, key. */
export const ties: Readonly<Record<string, readonly string[]>> = {
  w1: ['w1', 'person olga', 'run one', 'key thumb'],
  w2: ['w2', 'person olga', 'run two'],
  inRun: ['inRun', 'person rita', 'run one'],
  keyed: ['keyed', 'person ken', 'run keyed', 'key thumb'],
  v: ['v', 'person vic', 'run v'],
  vic: ['vic', 'person vic'],
  zoe: ['zoe', 'person zoe'],
  olga: ['olga', 'person olga'],
  solo: ['solo', 'person sol', 'run solo'],
  /** The excused account, with somebody else behind it. */
  lent: ['solo', 'person sol', 'run lent'],
  second: ['second', 'person sol', 'run second'],
}

interface Mark {
  readonly rule: string
  /** What the rule counts on. */
  readonly thing: string
  readonly mark: string
}

/** What the rules say of steps and duties that are kept apart, in the fewest words and written apart from the code. */
export class DutyModel {
  #nowMs = 0
  /** When each was done last, by who is tied to it, rule, thing and mark. */
  readonly #done = new Map<string, number>()
  readonly #isApart: boolean

  /** `isApart`: reading and writing on one target are kept apart as well, and one account is excused from the other rule. */
  constructor(isApart: boolean, path: readonly DutyEvent[] = []) {
    this.#isApart = isApart
    for (const event of path) this.apply(event)
  }

  /** Applies an event. Answers whether an action must run by it. */
  apply({ object, verb, who, yes }: DutyEvent): boolean {
    switch (verb) {
      case 'later':
        this.#nowMs += laterMs
        return false
      case 'wait':
        this.#nowMs += waitMs
        return false
      case 'read':
        return this.#do(who, this.#isApart ? [{ rule: 'D1', thing: 'db', mark: 'read' }] : [])
      case 'execute':
        return this.#do(who, [
          { rule: 'C1', thing: object, mark: 'execute' },
          ...(this.#isApart ? [{ rule: 'D1', thing: 'db', mark: 'write' }] : []),
        ])
      case 'ask':
        return this.#ask(who, yes, object)
    }
  }

  /** Everything that a later event can depend on. */
  get key(): string {
    const live = [...this.#done].filter(([, atMs]) => this.#nowMs - atMs <= windowMs)
    const aged = live.map(([what, atMs]) => `${what} ${String(this.#nowMs - atMs)}`)
    return JSON.stringify([aged.sort(), this.#nowMs <= excusedMs])
  }

  #ask(who: string, yes: string, thing: string): boolean {
    const request = [{ rule: 'C1', thing, mark: 'request' }]
    if (this.#conflicts(who, request)) return false
    if (ties[who]!.some((tie) => ties[yes]!.includes(tie))) return false
    return this.#do(yes, [{ rule: 'C1', thing, mark: 'approve' }]) && this.#do(who, request)
  }

  #do(who: string, marks: readonly Mark[]): boolean {
    if (this.#conflicts(who, marks)) return false
    for (const { mark, rule, thing } of marks)
      for (const tie of ties[who]!) this.#done.set(`${tie} ${rule} ${thing} ${mark}`, this.#nowMs)
    return true
  }

  #conflicts(who: string, marks: readonly Mark[]): boolean {
    return marks.some(({ mark, rule, thing }) => {
      const isExcused = this.#isApart && rule === 'C1' && who === 'solo' && this.#nowMs <= excusedMs
      return !isExcused && ties[who]!.some((tie) => this.#others(`${tie} ${rule} ${thing} `, mark))
    })
  }

  #others(start: string, mark: string): boolean {
    return [...this.#done].some(
      ([what, atMs]) => what.startsWith(start) && what !== `${start}${mark}` && this.#nowMs - atMs <= windowMs,
    )
  }
}

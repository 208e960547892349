/** A constant that the text writes as an argument or operand: a string without a cast, a whole number. */
export type Literal = string | number

/** What is known of an expression beside its types. Whatever is left out counts as not known, so that fewer calls are total. */
export interface CallFacts {
  /** For each argument the constant that is written there; undefined for whatever else stands in its place. */
  readonly literals?: readonly (Literal | undefined)[]
  /**
   * Whether one collation besides that of the database takes part at most, and that one is deterministic. The server tells
   * that two columns have different collations only when it compares them, and does not look into text for the others.
   */
  readonly oneCollation?: boolean
  /**
   * Whether what is passed, and what is made of it, takes the room of a few stored values. A text that is doubled thirty times,
   * or in which one letter becomes sixty over and over, is where the limit of a gigabyte tells what it was made of. So does
   * JSON that is nested as deep as the stack allows. A stored value of such a size is possible and counts as none.
   */
  readonly boundedSize?: boolean
  /** How many times there is room in one value for what is passed. */
  readonly timesOver?: number
}

/** What a call asks for to be total. */
export interface TotalRule {
  /** Its polymorphic arguments are handed on or looked at from outside: no function of their type runs. */
  readonly carries?: true
  /** It looks for casts to JSON, which a function of users may do. */
  readonly makesJson?: true
  readonly needsCollation?: true
  /** Or only where what it gives may be larger than what it is passed. */
  readonly needsSize?: true | 'where it grows'
  /** How many times the room of what is passed the server takes while it works: an array of its letters, or of wide ones. */
  readonly works?: number
  /** It looks at two values of different rows at once. */
  readonly compares?: true
  /** It makes one value of all rows. */
  readonly gathers?: true
  /**
   * How many times the room of what is passed what it gives takes, by the constants and types. Without it: no more than that.
   */
  readonly grows?: (literals: readonly (Literal | undefined)[], types: readonly (string | undefined)[]) => number
  /** For polymorphic arguments: types that they may be of; without it every type that prints. */
  readonly only?: (type: string) => boolean
  /** For those that fail at some constants only. */
  readonly literals?: (literals: readonly (Literal | undefined)[], types: readonly (string | undefined)[]) => boolean
}

export function meetsFacts(rule: TotalRule, facts: CallFacts): boolean {
  if (rule.needsCollation === true && facts.oneCollation !== true) return false
  if (rule.works !== undefined && !(rule.works <= (facts.timesOver ?? 0))) return false
  if (rule.needsSize === undefined || facts.boundedSize === true) return true
  return rule.needsSize === 'where it grows' && rule.grows?.(facts.literals ?? [], []) === 1
}

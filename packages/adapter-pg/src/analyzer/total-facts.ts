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
}

/** What a call asks for to be total. */
export interface TotalRule {
  /** Its polymorphic arguments are handed on or looked at from outside: no function of their type runs. */
  readonly carries?: true
  /** It looks for casts to JSON, which a function of users may do. */
  readonly makesJson?: true
  readonly needsCollation?: true
  readonly needsSize?: true
  /** It makes one value of all rows. */
  readonly gathers?: true
  /** How many times the room of what is passed it takes, by the constants. Without it: no more than that. */
  readonly grows?: (literals: readonly (Literal | undefined)[]) => number
  /** For polymorphic arguments: types that they may be of; without it every type that prints. */
  readonly only?: (type: string) => boolean
  /** For those that fail at some constants only. */
  readonly literals?: (literals: readonly (Literal | undefined)[], types: readonly (string | undefined)[]) => boolean
}

export function meetsFacts(rule: TotalRule, facts: CallFacts): boolean {
  if (rule.needsCollation === true && facts.oneCollation !== true) return false
  return rule.needsSize !== true || facts.boundedSize === true
}

import type { GivenValue } from './lineage.js'

/** What one column of a result becomes. */
export interface OutputMask {
  /** The rules that mask something that it is made of. */
  readonly rules: readonly string[]
  /** Whether nothing of a value may be seen, not even whether it is missing. Else the operator of the first rule masks each. */
  readonly whole: boolean
}

/** Values that are compared with a masked column, which the rule counts. */
export interface CountedLookup {
  /** The id of the mask rule. */
  readonly rule: string
  /** How many values are compared. */
  readonly values: number
}

/** A value that an action gives, and the rules that hide it from whoever is asked about the action. */
export interface HiddenGiven extends Pick<GivenValue, 'place'> {
  /** The ids of the mask rules. */
  readonly rules: readonly string[]
}

/**
 * Which of the values that an action gives nobody may be shown who decides about it: those that meet a masked column. `all`: nobody
 * can tell which ones do, so that these rules hide each.
 */
export type GivenMasks = { readonly some: readonly HiddenGiven[] } | { readonly all: readonly string[] }

/** What becomes of the result of an action at a target of which the policy masks something for the session. */
export interface MaskObligation {
  /** The rules that are in force for the session. */
  readonly inForce: readonly string[]
  /** By their place. Undefined: nobody can tell the columns, and `every` is for each. */
  readonly outputs: readonly (OutputMask | undefined)[] | undefined
  /** For each column, where nobody can tell which is which. Undefined: nothing is masked so. */
  readonly every: OutputMask | undefined
  /** What counts against a budget of a rule. */
  readonly lookups: readonly CountedLookup[]
}

/**
 * What masks hide of an action from whoever is asked about it. That a rule leaves out whoever wants to act says nothing of who may
 * see their values, so these are the rules of the target for anybody.
 */
export interface HidingObligation {
  /** Each rule of the target. */
  readonly rules: readonly string[]
  readonly given: GivenMasks
}

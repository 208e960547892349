import type { OperatorSpec } from '../masking/operators/spec.js'
import type { LookupBudget } from '../model/duty-rules.js'
import type { ColumnPattern } from './column-pattern.js'
import type { PolicyPath } from './problem.js'

/** What is masked in results, by columns or by what detectors find. */
export interface MaskRule {
  readonly path: PolicyPath
  readonly id: string
  /** The names of the targets that it is about. */
  readonly targets: ReadonlySet<string>
  /** Empty for a rule that detects. */
  readonly columns: readonly ColumnPattern[]
  /** The names of detectors. Empty for a rule about columns. */
  readonly detect: readonly string[]
  readonly operator: OperatorSpec
  /** The same as it was written. */
  readonly source: unknown
  /** How many values the columns may be compared with. Undefined: none. */
  readonly lookup: LookupBudget | undefined
  /** The roles that see in clear. */
  readonly except: ReadonlySet<string>
}

import type { ExcusedRule } from '../duties/claim.js'
import type { ClaimConflict } from '../ledger/reserve.js'
import type { CanonicalInput } from '../model/canonical-json.js'

/** What came of spending an approval together with what its action reserves: both, or neither. */
export type Spent =
  | {
      /** What the intent records. */
      readonly evidence: CanonicalInput
      /** The rules that would have refused, and the mitigations because of which they did not. */
      readonly excused: readonly ExcusedRule[]
    }
  | { readonly conflict: ClaimConflict }

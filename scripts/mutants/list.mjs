import { analyzer } from './analyzer.mjs'
import { approvals } from './approvals.mjs'
import { door } from './door.mjs'
import { path } from './path.mjs'

/**
 * Every guard that a test must notice the loss of: `find` stands exactly once in `file` and becomes `replace`; one of
 * `tests` must fail then.
 */
export const mutants = [...path, ...approvals, ...door, ...analyzer]

// The files of approvals, and the tests that several of their guards share.
export const approvals = (name) => `packages/core/src/approvals/${name}.ts`
export const core = (...names) => names.map((name) => `packages/core/test/${name}.test.ts`)
export const votes = core('approvals/votes')
export const failures = core('approvals/failures')
export const singleUse = core('approvals/single-use')
export const endings = core('approvals/endings')

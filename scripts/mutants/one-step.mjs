const source = (name) => `packages/core/src/${name}.ts`
const oneStep = ['packages/core/test/duties/one-step.test.ts']

/** An approval is spent and what its action reserves is reserved: both, or neither. */
export const oneStepGuards = [
  {
    name: 'an approved action reserves its duties',
    file: source('approvals/request-ledger'),
    find: "      if ('conflict' in judged) return unchanged({ conflict: judged.conflict })\n",
    replace: "      if ('conflict' in judged) return this.#changed(next, { consumed: checked, excused: [] })\n",
    tests: oneStep,
  },
  {
    name: 'an approved action leaves its duties where the approval is spent',
    file: source('approvals/request-ledger'),
    find: 'excused: judged.excused }, judged.write)',
    replace: 'excused: judged.excused })',
    tests: oneStep,
  },
  {
    name: 'whoever claims with an approval is told of the refusal',
    file: source('duty-reservation'),
    find: "    if ('conflict' in spent) return { refusal: refused(spent.conflict) }\n",
    replace: "    if ('conflict' in spent) return { evidence: {}, counted: true }\n",
    tests: oneStep,
  },
  {
    name: 'what a rule counts is claimed with its approval',
    file: source('duty-reservation'),
    find: 'if (found.claims.length === 0) return',
    replace: 'if (found.claims.length >= 0) return',
    tests: oneStep,
  },
  {
    name: 'a closure that is not known spends no approval, and a journal that is behind neither',
    file: source('duty-reservation'),
    find: "    if ('refusal' in found) return found\n    if (found.claims.length === 0)",
    replace: "    if ('refusal' in found) return { evidence: {}, counted: true }\n    if (found.claims.length === 0)",
    tests: oneStep,
  },
  {
    name: 'a request that may have been entered keeps no place',
    file: source('approvals/request-ledger'),
    find: '        await this.leave(false).catch(() => undefined)\n',
    replace: '        void this.leave\n',
    tests: ['packages/core/test/enforce/entering-fails.test.ts'],
  },
]

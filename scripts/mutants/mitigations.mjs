const source = (name) => `packages/core/src/${name}.ts`
const behaviour = ['packages/core/test/duties/mitigations.test.ts']
const rules = ['packages/core/test/policy/mitigations.test.ts']
const lint = ['packages/core/test/lint/roles-together.test.ts', 'packages/core/test/lint/lint.test.ts']

/** Exceptions from rules: for whom, from what, until when, and never without a record. */
export const mitigationGuards = [
  {
    name: 'an exception is over when it says',
    file: source('duties/claim'),
    find: 'excuse === undefined || nowMs > excuse.untilMs',
    replace: 'excuse === undefined',
    tests: behaviour,
  },
  {
    name: 'without an exception a rule refuses',
    file: source('duties/claim'),
    find: 'excuse === undefined || nowMs > excuse.untilMs',
    replace: 'excuse !== undefined && nowMs > excuse.untilMs',
    tests: ['packages/core/test/duties/separated-duties.test.ts'],
  },
  {
    name: 'an exception is from its rule alone',
    file: source('duties/mitigated'),
    find: 'each.rule === rule && own.has',
    replace: 'own.has',
    tests: behaviour,
  },
  {
    name: 'an exception is for its account alone',
    file: source('duties/mitigated'),
    find: ' && own.has(personKey(each.subject.issuer, each.subject.id))',
    replace: '',
    tests: behaviour,
  },
  {
    name: 'an exception is for nobody who acts through the account',
    file: source('duties/mitigated'),
    find: '  if (!party.actors.every((actor) => own.has(actor))) return undefined\n',
    replace: '',
    tests: behaviour,
  },
  {
    name: 'the exception that lasts longest counts',
    file: source('duties/mitigated'),
    find: 'other.untilMs - one.untilMs',
    replace: 'one.untilMs - other.untilMs',
    tests: behaviour,
  },
  {
    name: 'what is excused is on record',
    file: source('duty-reservation'),
    find: '    if (by !== undefined && excused.length > 0) await this.#recordExcuses(excused, by)\n',
    replace: '',
    tests: behaviour,
  },
  {
    name: 'what is excused is on record before anything runs',
    file: source('duty-reservation'),
    find: 'await this.#recordExcuses(excused, by)',
    replace: 'void this.#recordExcuses(excused, by).catch(() => undefined)',
    tests: behaviour,
  },
  {
    name: 'only a look is not on record',
    file: source('duty-reservation'),
    find: 'by !== undefined && excused.length > 0',
    replace: 'excused.length > 0',
    tests: behaviour,
  },
  {
    name: 'each rule that was set aside is named',
    file: source('ledger/reserve'),
    find: "    if ('excused' in outcome) excused.push(...(outcome.excused ?? []))\n",
    replace: '',
    tests: behaviour,
  },
  {
    name: 'a foreseen refusal knows no exceptions',
    file: source('duties/foreseen'),
    find: 'Number.MAX_SAFE_INTEGER',
    replace: '0',
    tests: ['packages/core/test/lint/simulate.test.ts'],
  },
  {
    name: 'an exception is from a rule that there is',
    file: source('policy/separation'),
    find: '    ...mitigationProblems(rules),\n',
    replace: '',
    tests: rules,
  },
  {
    name: 'a day that rolls over is no day',
    file: source('policy/mitigations'),
    find: ' || !new Date(ms).toISOString().startsWith(day)',
    replace: '',
    tests: rules,
  },
  {
    name: 'an exception widens',
    file: source('policy/widening'),
    find: "    ...differences('mitigation', ...outlined((rules) => rules.mitigations, mitigationOutline, idOf), true),\n",
    replace: '',
    tests: rules,
  },
  {
    name: 'an exception is part of what a policy means',
    file: source('policy/outline'),
    find: '    mitigations: some(rules.mitigations.map(mitigationOutline)),\n',
    replace: '',
    tests: rules,
  },
  {
    name: 'whoever shares something with an excused account is found',
    file: source('lint/role-conflicts'),
    find: '[...wanted.filter(isExcused), ...wanted.filter((each) => !isExcused(each))]',
    replace: 'wanted',
    tests: lint,
  },
  {
    name: 'roles that were excused are found when that is over',
    file: source('lint/role-conflicts'),
    find: 'const outcome = judgeClaim(claim, value, nowMs)',
    replace: 'const outcome = judgeClaim(claim, value, 0)',
    tests: lint,
  },
  {
    name: 'a guard is not created with roles whose exception is over',
    file: source('guard'),
    find: 'await assertRolesApart(holder.current, directory, { deadlineMs, nowMs: clock.wallMs() })',
    replace: 'await assertRolesApart(holder.current, directory, { deadlineMs, nowMs: 0 })',
    tests: behaviour,
  },
]

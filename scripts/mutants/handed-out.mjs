const core = (name) => `packages/core/src/${name}.ts`
const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const limits = ['packages/core/test/duties/handed-out.test.ts']
const counts = ['packages/core/test/duties/limits.test.ts', ...limits]
const scans = ['packages/adapter-pg/test/door/backend-scan.test.ts']
const int = ['packages/adapter-pg/test/door/handed-out.int.test.ts']

/** Limits on the rows and bytes that targets hand out. */
export const handedOutGuards = [
  [
    'are refused where nobody measures them',
    core('enforce'),
    'if (request.measuresAnswers !== true && measureOf',
    'if (request.measuresAnswers === false && measureOf',
    limits,
  ],
  [
    'reach the permit',
    core('give-permit'),
    '      measure: measureOf(granted),\n',
    '      measure: undefined,\n',
    limits,
  ],
  ['count nothing but whole numbers', core('permit'), '![bytes, rows].every(isCount)', 'Infinity < rows', limits],
  ['end the answer', core('permit'), '    if (refusal !== undefined) throw refusalError(refusal)\n', '', limits],
  [
    'let nothing go to a session that ended meanwhile',
    core('permit'),
    '    this.#bytes += bytes\n    this.assertLive()\n',
    '    this.#bytes += bytes\n',
    limits,
  ],
  [
    'are on record',
    core('permit'),
    'handedOut: this.#measure && { bytes: this.#bytes, rows: this.#rows },',
    'handedOut: undefined,',
    limits,
  ],
  [
    'want room before an action runs',
    core('duties/tally'),
    'sum + Math.max(amount, 1) > rule.limit',
    'sum + amount > rule.limit',
    counts,
  ],
  [
    'count all that is handed out',
    core('duties/tally'),
    '(counted.get(endMs) ?? 0) + amount)',
    '(counted.get(endMs) ?? 0) + 1)',
    counts,
  ],
  [
    'of actions hold for each by itself',
    core('duty-reservation'),
    '      if (over !== undefined) return exceeding({ ...over, noun: over.measure, limit: over.most })\n',
    '',
    limits,
  ],
  ['of actions add up', core('duty-reservation'), 'sum.rows + handedOut.rows', 'handedOut.rows', limits],
  [
    'come back after a restart',
    core('record/replayed-duties'),
    '    this.#keep(handedOutClaimsOf(rules, act, { bytes, rows }), event)\n',
    '',
    limits,
  ],
  ['keep rows back', door('measured-rows'), "    if (this.#granted === 0) return 'wait'\n", '', int],
  ['let as many go as were counted', door('measured-rows'), '    this.#granted -= 1\n', '', int],
  [
    'end the connection',
    door('measured-rows'),
    '        this.#events.fatal(error)\n        // Nobody',
    '        // Nobody',
    int,
  ],
  ['count every row that waits', door('backend-scan'), '    rows += 1\n', '    rows = 1\n', scans],
  [
    'count every byte that waits',
    door('backend-scan'),
    'return { rows, bytes: at - start }',
    'return { rows, bytes: rows }',
    scans,
  ],
  [
    'stop in front of a row',
    door('backend-scan'),
    '          this.#stopped = true\n          this.#sink.held',
    '          this.#sink.held',
    scans,
  ],
].map(([what, file, find, replace, tests]) => ({
  name: `limits on what is handed out ${String(what)}`,
  file: String(file),
  find: String(find),
  replace: String(replace),
  tests: [tests].flat(),
}))

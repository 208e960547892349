const source = (name) => `packages/adapter-pg/src/door/${name}.ts`

/** What keeps a masked value of a result from the client. */
export const doorMaskGuards = [
  [
    'rows are written anew where the policy masks',
    'run',
    'return this.permit.masks !== undefined &&',
    'return false &&',
  ],
  ['COPY passes where nothing masks it alone', 'run', '.every((mask) => mask === undefined)', '.every(() => true)'],
  ['COPY that is looked through does not pass', 'run', 'masks.content !== undefined || ', ''],
  ['COPY of other columns does not pass', 'run', ' || (masks.columns ?? count) !== count) return', ') return'],
  ['what follows a COPY is masked', 'run', '    this.#copiesPlain = false\n', ''],
  ['a result of other columns is masked whole', 'row-masks', ' || masks.columns === columns.length)', ' || true)'],
  [
    'a row of other cells is masked whole',
    'row-masks',
    'rules === undefined ? missing :',
    'rules === undefined ? undefined :',
  ],
  [
    'where a column comes from masks it',
    'row-masks',
    'if (isFromMasked(column, masks, names)) return',
    'if (false) return',
  ],
  [
    'an unknown relation masks',
    'masked-origin',
    'if (relation === undefined || name === undefined) return true',
    'if (name === undefined) return relation !== undefined',
  ],
  [
    'an unknown column masks',
    'masked-origin',
    'if (relation === undefined || name === undefined) return true',
    'if (relation === undefined) return true\n  if (name === undefined) return false',
  ],
  ['what a column comes from masks', 'masked-origin', '.sources.some(', '.sources.slice(0, 1).some('],
  ['missing values of a whole column do not tell', 'cell-rules', 'if (mask.whole) return wholeRule(type, mask)', ''],
  [
    'a type that cannot hold the mask is missing',
    'cell-rules',
    'shown !== null && holds(type, shown)',
    'shown !== null',
  ],
  ['long cells are not looked through', 'cell-rules', 'end - start > mostLookedAt ? whole :', 'end < 0 ? whole :'],
  [
    'a portal that is described anew each statement',
    'responses',
    "if (head.kind === 'query') head.run.described(undefined)",
    '',
  ],
  ['nothing of a row that cannot be read leaves', 'rewritten-rows', '      writer.truncate(before)\n', ''],
].map(([name, file, find, replace]) => ({
  name,
  file: source(file),
  find,
  replace,
  tests: ['packages/adapter-pg/test/door/row-masks.test.ts'],
}))

const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const int = ['packages/adapter-pg/test/door/late-portals.int.test.ts']

/** Portals that are executed after others had their turn. */
export const latePortalGuards = [
  ['are looked at again', door('extended'), 'if (run.handedOutSome || portal === bound) return', 'return'],
  ['are looked at where the server skipped them', door('extended'), 'if (run.handedOutSome ||', 'if (run.executed ||'],
  [
    'are those behind which the client waited',
    door('extended'),
    "'DH'.includes(type) && this.#connection.upcoming !== undefined ? bound",
    "'DH'.includes(type) ? bound",
  ],
  [
    'are those behind which another was executed',
    door('extended'),
    "'DH'.includes(type) && this.#connection.upcoming !== undefined ? bound",
    "'DHE'.includes(type) && this.#connection.upcoming !== undefined ? bound",
  ],
  [
    'are those behind which ReadyForQuery came',
    door('extended'),
    'this.#blocked = this.#bound = undefined',
    'this.#blocked = undefined',
  ],
  ['are refused when they mean something else', door('extended'), 'return same ? this.#run', 'return true ? this.#run'],
  [
    'mean what their catalog says',
    door('reading'),
    'now.catalog === catalog && namesAlike(now.session, session)',
    'namesAlike(now.session, session)',
  ],
  [
    'mean what their search path says',
    door('reading'),
    'now.catalog === catalog && namesAlike(now.session, session)',
    'now.catalog === catalog',
  ],
  ['read values as they did', door('reading'), '!readsAlike(now.session, session) ||', ''],
  ['are looked at in the batch that may change settings', door('reading'), 'isSettled && !this.#mayHaveSet()', 'true'],
  [
    'of reads go on when the catalog changed',
    door('reading'),
    'return isSettled || (now.catalog',
    'return false || (now.catalog',
  ],
  [
    'are the servers matter in a failed transaction',
    door('reading'),
    'if (hasFailed(this.#connection) || analysis',
    'if (analysis',
  ],
  ['settle queries alone', door('settled-by-bind'), "operation === 'select' && ", ''],
  ['settle no change', door('settled-by-bind'), 'changing.has(duty)', 'false'],
  [
    'run nothing behind what may have replaced them',
    door('extended'),
    'readExecute(bytes)\n    const unusable = refuseName(name) ?? this.#unsettledName(name)',
    'readExecute(bytes)\n    const unusable = refuseName(name)',
  ],
  [
    'are nothing that FETCH knows when they look names up',
    door('registry'),
    'portal?.run !== undefined && !isSettledByBind(portal.analysis)',
    'false',
  ],
  [
    'stand for other names once they are closed',
    door('registry'),
    "if (run !== undefined && name !== '') this.#changes += 1",
    '',
  ],
  [
    'are looked at behind a ROLLBACK TO of the same batch',
    door('failed-transaction'),
    'if (run.isUnderWay && run.analysis.transaction !== undefined) return false',
    '',
  ],
].map(([name, file, find, replace]) => ({ name: `late portals ${name}`, file, find, replace, tests: int }))

/** What of the connection has been executed and not been answered. */
export const underWayGuards = [
  ['no run that ended before', ' && !this.#ended', '', 'transactions.int.test.ts'],
  ['no run that the server skipped', ' && !this.#skipped && !this.#ended', ' && !this.#ended', 'run.test.ts'],
  ['a run that was skipped before', '    this.#skipped = false\n', '', 'run.test.ts'],
].map(([name, find, replace, test]) => ({
  name: `under way is ${name}`,
  file: door('run'),
  find,
  replace,
  tests: [`packages/adapter-pg/test/door/${test}`],
}))

/** What a transaction that has failed is believed to be. */
export const failedTransactionGuards = [
  [
    'a failed transaction ends with a ROLLBACK TO of the same batch',
    door('failed-transaction'),
    'if (run.isUnderWay && run.analysis.transaction !== undefined) return false',
    '',
    'left-for-the-end',
  ],
  [
    'nothing is looked up in a failed transaction',
    door('reading'),
    '      if (hasFailed(this.#connection)) return this.#inFailed(text, state, options)\n',
    '',
    'transactions',
  ],
  [
    'an unknown name in a failed transaction is told as the server does',
    door('reading'),
    "'refusal' in known ? { ...known, refusal: aborted } : known",
    'known',
    'transactions',
  ],
].map(([name, file, find, replace, test]) => ({
  name,
  file,
  find,
  replace,
  tests: [`packages/adapter-pg/test/door/${test}.int.test.ts`],
}))

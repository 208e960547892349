const source = (name) => `packages/adapter-pg/src/${name}.ts`
const tests = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const guard = (name, file, find, replace = '') => ({ name, file: source(file), find, replace, tests })
const [checks, explain, telling] = ['analyzer/write-checks', 'analyzer/explain', 'analyzer/telling-relations']

/** How much the server stores, and how wide it takes rows to be: what an update is told by. */
export const lineageMeasuredGuards = [
  guard(
    'an index is changed or not',
    checks,
    "if (kind === 'kept') this.#keep(relation, names, write)",
    'if (false) void 0',
  ),
  guard('by updates alone', checks, "    if (write.event !== 'update') return\n    for", '    for'),
  guard('by what they set', checks, '      if (!write.reaches([name])) continue\n'),
  guard(
    'by values that the caller gives',
    checks,
    'if (count > 0) this.#note(name, relation, name, count)',
    'this.#note(name, relation, name, count + 1)',
  ),
  guard('indexes are known', 'catalog/write-checks', '[at(table), at(index)]', '[at(index)]'),
  guard(
    'what an index is made of counts, too',
    'catalog/write-checks',
    'filter((key) => key !== 0), ...(used ?? [])]\n    for',
    'filter((key) => key !== 0)]\n    for',
  ),
  guard(
    'a plan with WAL tells how much was stored',
    explain,
    "if (isOn(body, 'wal')) followAnything(walk)",
    'void followAnything',
  ),
  guard('WAL may be off', explain, "if (isOn(body, 'wal')) followAnything(walk)", 'followAnything(walk)'),
  guard('a plan tells how wide rows are', explain, '  walk.flows.divert([{ sources }])\n', '  void sources\n'),
  guard('a plan that ran does', explain, 'walk.flows.divert([{ sources: read }])', 'void read'),
  guard(
    'functions that measure tell of any column',
    'analyzer/routine-effects',
    "case 'measure':\n      if (rule.sensitive) execute(walk, routine, call, true)\n      if (call.via === undefined || called.has(call.via)) walk.flows.takeAnything()",
    "case 'measure':",
  ),
  guard(
    'what nobody has read gives anything',
    'analyzer/routine-effects',
    'if (isTold && !saysDone.has(routine.result)) walk.flows.takeAnything()',
    'void [isTold, saysDone]',
  ),
  guard('but that it was done', 'analyzer/routine-effects', 'isTold && !saysDone.has(routine.result)', 'isTold'),
  {
    name: 'some of them need a rule that names them',
    file: source('analyzer/routine-effects'),
    find: 'if (rule.sensitive) execute(walk, routine, call, true)',
    replace: 'void rule',
    tests: ['packages/adapter-pg/test/analyzer/effects.test.ts'],
    only: 'pg_control_checkpoint',
  },
  ...[
    'replication_slots',
    'stat_replication',
    'stat_replication_slots',
    'stat_subscription',
    'stat_wal',
    'stat_wal_receiver',
  ].map((name) => guard(`pg_${name} tells how much was stored`, telling, `  pg_${name}: ['*'],\n`)),
  ...['', 'xact_'].flatMap((kind) =>
    ['all', 'sys', 'user'].map((which) =>
      guard(`pg_stat_${kind}${which}_tables tells how`, telling, `  pg_stat_${kind}${which}_tables: updates,\n`),
    ),
  ),
]

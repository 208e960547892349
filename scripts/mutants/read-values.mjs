const source = (name) => `packages/adapter-pg/src/${name}.ts`
const tests = ['packages/adapter-pg/test/door/read-values.int.test.ts']

/** Settings by which values are read are a part of the action, and people are shown them. */
export const readValueGuards = [
  {
    name: 'what sets one is noticed',
    file: source('analyzer/settings'),
    find: '  if (name !== undefined && reading.has(name.toLowerCase())) walk.changesReading = true\n',
    replace: '',
    tests: ['packages/adapter-pg/test/analyzer/facts.test.ts'],
  },
  {
    name: 'the door asks for them',
    file: source('catalog/state-probe'),
    find: '  ...readingSettings,\n',
    replace: '',
    tests,
  },
  {
    name: 'the door looks again in the middle of a batch',
    file: source('door/state-keeper'),
    find: '    if (analysis.changesReading) this.#stale = true\n    this.#noteWrite(analysis)\n    this.#tookSnapshot',
    replace: '    this.#noteWrite(analysis)\n    this.#tookSnapshot',
    tests,
  },
  {
    name: 'and once the batch is over',
    file: source('door/state-keeper'),
    find: '      if (analysis.changesReading) this.#stale = true\n',
    replace: '',
    tests,
  },
  {
    name: 'what was prepared is read anew',
    file: source('door/state-keeper'),
    find: '(moved || reads) && ',
    replace: 'moved && ',
    tests,
  },
  {
    name: 'a report of one counts',
    file: source('door/settings'),
    find: "  if (reading.has(name)) return 'changed'\n",
    replace: '',
    tests: ['packages/adapter-pg/test/door/settings.test.ts'],
  },
  {
    name: 'approvers are shown them',
    file: source('door/statement-flow'),
    find: '      settings: unusualSettings(state),\n',
    replace: '',
    tests,
  },
  {
    name: 'they stand in the view',
    file: 'packages/core/src/approvals/request-head.ts',
    find: 'inOrder(request.settings ?? {})',
    replace: 'inOrder({})',
    tests: ['packages/core/test/approvals/request-view.test.ts'],
  },
  {
    name: 'states in which names are others share no analysis',
    file: source('door/state-cache'),
    find: ' && namesAlike(other.session, probed.state)',
    replace: '',
    tests: ['packages/adapter-pg/test/door/settings.int.test.ts'],
  },
]

const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const keeper = ['packages/adapter-pg/test/door/state-keeper.test.ts']
const clusters = ['packages/adapter-pg/test/door/cluster.int.test.ts']

/** Which cluster an action is for. */
export const clusterGuards = [
  {
    name: 'people see which cluster an action is for',
    file: door('statement-flow'),
    find: "    if (this.#identity['system'] !== system) this.#identity = identityOf(this.#context.upstream, system)\n",
    replace: '',
    tests: clusters,
    only: 'are told apart',
  },
  {
    name: 'an approval is worth nothing on another cluster',
    file: door('server-identity'),
    find: 'server, system, user })',
    replace: 'server, user })',
    tests: clusters,
    only: 'is worth nothing on another one',
  },
  {
    name: 'a server that does not tell its cluster is used all the same',
    file: door('state-cache'),
    find: "if (error instanceof BothKeysError && error.code === 'ERR_TARGET_UNSAFE') return undefined",
    replace: "if (error instanceof BothKeysError && error.code === 'ERR_INTERNAL') return undefined",
    tests: clusters,
    only: 'does not say',
  },
  {
    name: 'the cluster is asked for once',
    file: door('state-keeper'),
    find: 'this.#system ?? this.#cache.system(run)',
    replace: 'this.#cache.system(run)',
    tests: keeper,
  },
  {
    name: 'asking for the cluster is on record',
    file: door('state-keeper'),
    find: "    if (this.#system !== undefined) access.internal({ statement: 'system identifier', runs: 1 })\n",
    replace: '',
    tests: keeper,
  },
]

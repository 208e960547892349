const relay = (name) => `packages/approval-relay/src/${name}.ts`
const tests = ['packages/approval-relay/test/greedy-engine.test.ts']

/** What one engine can take of the relay. */
export const relayGreedGuards = [
  {
    name: 'a name of a request has a bound',
    file: 'packages/core/src/approvals/exact-request.ts',
    find: 'if (name.length <= maxIdentifierLength) return name',
    replace: 'if (name.length <= 1e9) return name',
    tests,
  },
  ...[
    ['id', "id: read.name(subject['id']"],
    ['issuer', "issuer: read.name(subject['issuer']"],
    ['operation', "operation: read.name(action['operation']"],
    ['target', "name: read.name(target['name']"],
    ['kind', "kind: read.name(target['kind']"],
  ].map(([what, find]) => ({
    name: `a name of a request has a bound: ${what}`,
    file: 'packages/core/src/approvals/exact-request.ts',
    find,
    replace: find.replace('read.name', 'read.text'),
    tests,
  })),
  {
    name: 'a long request counts as many',
    file: relay('engine-api'),
    find: 'take(engine, Math.ceil(body.byteLength / bytesOfOne))',
    replace: 'take(engine, Math.ceil(body.byteLength / (bytesOfOne * 64)))',
    tests,
  },
  {
    name: 'a long request may be sent at all',
    file: relay('rate'),
    find: 'Math.min(weight, this.#most)',
    replace: 'weight',
    tests,
  },
  {
    name: 'what is heavy takes as much as it weighs',
    file: relay('rate'),
    find: '{ left: left - taken, atMs: nowMs }',
    replace: '{ left: left - Math.min(taken, 1), atMs: nowMs }',
    tests,
  },
  {
    name: 'an engine has its own names of who asks',
    file: relay('rate'),
    find: 'this.#groups.set(group, rate)',
    replace: "for (const each of ['orders', 'stock', group]) this.#groups.set(each, rate)",
    tests,
  },
  {
    name: 'a list has requests of every engine',
    file: relay('pages/listed'),
    find: '[engineOf, requesterOf]',
    replace: '[]',
    tests,
  },
  {
    name: 'a list has requests of each that asks',
    file: relay('pages/listed'),
    find: '[engineOf, requesterOf]',
    replace: '[engineOf]',
    tests,
  },
  {
    name: 'a list stays in its order',
    file: relay('fair-share'),
    find: 'return items.filter((item) => chosen.has(item))',
    replace: 'return [...chosen]',
    tests,
  },
  {
    name: 'a request is put in words once',
    file: relay('pages/summary'),
    find: '  known.set(request, lasting)\n',
    replace: '',
    tests,
  },
  {
    name: 'a masked request is put in words once',
    file: relay('masks'),
    find: '    views.set(seen, known)\n',
    replace: '',
    tests,
  },
]

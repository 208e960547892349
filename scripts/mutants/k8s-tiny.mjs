const guards = (file, test, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `tools/tiny-kubernetes/src/${file}.ts`,
    find,
    replace,
    tests: [`tools/tiny-kubernetes/test/${test}.test.ts`],
  }))

/** What an API server within the process refuses, keeps and forgets as the real one does: door tests stand on it. */
export const tinyKubernetesGuards = [
  ...guards('serve', 'answers', [
    [
      'a tiny server wants a token',
      '  if (user === undefined) throw unauthorized()',
      "  if (user === undefined) return { name: 'x', groups: [] }",
    ],
    ['a tiny server asks its roles', '  authorize(world.store, who, info)\n'],
  ]),
  ...guards('serve', 'streams', [
    [
      'a tiny server keeps no stream of its own kind',
      'if (!isStreamed(place)) throw',
      'if (place.name === undefined) throw',
    ],
    ['a tiny server has streams on record', '      noted(on, entry, 101)\n'],
  ]),
  ...guards('access/rbac', 'answers', [
    ['a tiny role is for what it names', '(names.length === 0 || names.includes(wish.name))', 'true'],
  ]),
  ...guards('access/authorize', 'answers', [
    ['a tiny server lends no identity', "    throw forbidden({ group: '', name: resource }, whom, why)\n"],
  ]),
  ...guards('verbs/options', 'answers', [
    [
      'any body of a tiny deletion hides its query',
      'body.length > 0 ? ofBody(body) : ofQuery(query)',
      '{ ...ofQuery(query), ...(body.length > 0 ? ofBody(body) : {}) }',
    ],
  ]),
  ...guards('verbs/remove', 'answers', [
    ['a tiny dry run deletes nothing', '  if (options.dryRun) return { isOver, now }\n'],
    ['a tiny deletion meets its conditions', '  meets(place, stored.object, options)\n'],
  ]),
  ...guards('verbs/save', 'answers', [
    ['a tiny dry run changes nothing', '  if (next.dryRun) return now\n'],
    ['a tiny change knows what it changes', '    throw conflict(asResource(resource), place.name, modified)\n'],
    [
      'what was held is gone with its last finalizer',
      '  if (isGone(before.object, object)) return store.remove(resource, before, object)\n',
    ],
  ]),
  ...guards('verbs/create', 'answers', [
    [
      'a tiny namespace that ends takes nothing',
      '  if (found.object.metadata.deletionTimestamp === undefined) return',
      '  if (found !== undefined) return',
    ],
  ]),
  ...guards('verbs/found', 'answers', [['a tiny name is one segment', '  segment(place.name)\n']]),
  ...guards('patch/apply-patch', 'answers', [
    ['a tiny apply says who owns a field', '  if (conflicts.length > 0 && !force) throw conflictOf(conflicts)\n'],
    ['what others want too stays', ' && !left.some((one) => one.fields.has(path))'],
  ]),
  ...guards('request/read-body', 'answers', [
    ['a tiny body has an end', '    if (size > most) {', '    if (size < 0) {'],
  ]),
  ...guards('verbs/watch', 'watch', [
    [
      'a tiny watch says what it has forgotten',
      'since !== undefined && since !== 0 && since < store.forgotten',
      'false',
    ],
    [
      'what leaves a tiny selection is deleted',
      "  return did ? { type: 'DELETED', stored: now } : undefined",
      '  return undefined',
    ],
  ]),
  ...guards('store/store', 'watch', [
    ['a tiny page is as the first was', '      if (revision <= at) break', '      if (revision > 0) break'],
  ]),
  ...guards('verbs/list', 'watch', [
    ['a tiny list says what it has forgotten', '  if (rv < store.forgotten) {', '  if (rv < 0) {'],
  ]),
]

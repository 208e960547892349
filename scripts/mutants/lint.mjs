const core = (name) => `packages/core/src/${name}.ts`
const apart = ['packages/core/test/directory/roles-apart.test.ts']
const together = ['packages/core/test/lint/roles-together.test.ts']

/** What a policy and a directory together get wrong. */
export const lintGuards = [
  ...[
    [
      'a guard is not created with them',
      core('guard'),
      '    await assertRolesApart(holder.current, options.directory, deadlineMs)\n',
      '',
    ],
    ['a reload does not bring them', core('policy-holder'), '      await this.#options.admits(next)\n', ''],
    ['a finding refuses', core('roles-apart'), '  if (findings.length === 0) return\n', '  return\n'],
    [
      'a listing that fails is no empty one',
      core('identity/listing'),
      'throw unavailable(`the directory ${why} when it was asked for everybody`, cause)',
      'return new Map([])',
    ],
    ['a listing is a list', core('identity/listing'), 'if (!Array.isArray(answer)) throw', "if (answer === '') throw"],
    [
      'a listing is bounded',
      core('identity/listing'),
      'if (answer.length > maxEntries) throw',
      'if (answer.length > 1e9) throw',
    ],
    ['a listing names nobody twice', core('identity/listing'), 'if (listing.has(key)) throw', "if (key === '') throw"],
    [
      'a listing has accounts of issuers',
      core('identity/listing'),
      "if (issuer.includes('#')) throw",
      "if (issuer === '#') throw",
    ],
  ].map(([what, file, find, replace]) => ({
    name: `roles that a policy keeps apart: ${what}`,
    file,
    find,
    replace,
    tests: apart,
  })),
  {
    name: 'roles that a policy keeps apart: found among everybody of the directory',
    file: core('lint/role-conflicts'),
    find: "if (outcome.outcome === 'conflict') return true",
    replace: "if (outcome.outcome === 'exceeded') return true",
    tests: together,
  },
  {
    name: 'roles that a policy keeps apart: what one rule counts is no matter of another',
    file: core('lint/role-conflicts'),
    find: 'wants: claim.wants.filter(({ rule }) => rule.id === id)',
    replace: 'wants: claim.wants.filter(({ rule }) => rule.id === id || true)',
    tests: together,
  },
]

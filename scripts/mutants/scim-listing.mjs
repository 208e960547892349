const identity = (name) => `packages/core/src/identity/${name}.ts`

/** A listing of a SCIM service is everybody or nothing. */
export const scimListingGuards = [
  ['does not change meanwhile', 'scim-listing', 'if (page.total !== total)', 'if (page.total < 0)'],
  ['does not end too soon', 'scim-listing', 'if (page.count === 0 && seen < total)', 'if (page.count < 0)'],
  ['is not longer than it says', 'scim-listing', 'if (seen > total)', 'if (seen < 0)'],
  ['is bounded', 'scim-listing', 'if (total > maxUsers)', 'if (total < 0)'],
  ['goes on to the last page', 'scim-listing', '} while (seen < total)', '} while (seen < 0)'],
  ['names accounts by texts', 'scim-user', "if (typeof id !== 'string') throw", "if (id === '') throw"],
  ['says how many there are', 'scim-user', ' || !Number.isInteger(total)) throw', ') throw'],
  ['is of a bounded length', 'http-directory', 'place, maxPageBytes,', 'place, Infinity,'],
  [
    'ends when nobody waits',
    'http-directory',
    'AbortSignal.any([over, AbortSignal.timeout(timeoutMs)])',
    'AbortSignal.any([over])',
  ],
  ['is left out when it is to be', 'http-directory', '...(lists && { list }),', 'list,'],
].map(([name, where, find, replace]) => ({
  name: `a SCIM listing ${name}`,
  file: identity(where),
  find,
  replace,
  tests: ['packages/core/test/identity/scim-listing.test.ts'],
}))

import { describe, expect, it } from 'vitest'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { effectLines, shop } from './support/shop.js'

/** The stack runs out where the table `lone` is looked up. */
const shallow: CatalogSnapshot = {
  ...shop,
  relation: (schema, name) => {
    if (name === 'lone') throw new RangeError('Maximum call stack size exceeded')
    return shop.relation(schema, name)
  },
}

describe('a text for which the stack runs out', () => {
  it.each(['select * from lone', 'explain select * from lone', 'prepare p as select * from lone'])(
    'still has the effects of what came before: %s',
    async (text) => {
      const lines = await effectLines(`delete from items; ${text}`, { catalog: shallow })
      expect(lines).toContain('delete table:shop.items unbounded')
      expect(lines).toContain('opaque statement:script reason=too complex')
    },
  )
})

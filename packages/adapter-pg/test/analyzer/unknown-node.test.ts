import { expect, it } from 'vitest'
import { analyse } from '../../src/analyzer/analyse.js'
import { parseStatement } from '../../src/analyzer/parse.js'
import { sessionState, shop } from './support/shop.js'

it('takes a kind of statement that it has never heard of for opaque, with all that may follow from it', async () => {
  const parsed = await parseStatement('select 1')
  if (parsed.unparsable) throw new Error('select 1 does not parse')
  const future = { ...parsed, statements: [{ type: 'FutureStmt', body: { anything: true } }] }
  const { analysis } = analyse(future, {
    catalog: shop,
    state: sessionState(),
    prepared: () => undefined,
    cursor: () => undefined,
  })
  expect(analysis.description.effects).toMatchObject([{ duty: 'opaque', resource: 'statement:FutureStmt' }])
  expect(analysis.settingFree).toBe(false)
  expect(analysis.changesCatalog).toBe(true)
})

import { describe, expect, it } from 'vitest'
import { analysisOf, effectLines } from './support/shop.js'

const checked = 'execute function:shop.checked userDefined via=type'

describe('a literal without a type', () => {
  it.each([
    `select * from moods where at = '(1,2)'`,
    `select * from moods where '(1,2)' = at`,
    `select at in ('(1,2)') from moods`,
    `select nullif(at, '(1,2)') from moods`,
    `select coalesce(at, '(1,2)') from moods`,
    `select coalesce(at, null) from moods`,
    `select greatest(at, '(1,2)') from moods`,
    `select case when true then at else '(1,2)' end from moods`,
    `select case when true then '(1,2)' else at end from moods`,
    `select array[at, '(1,2)'] from moods`,
    `select at from moods union select '(1,2)'`,
    `select array_append(array[at], '(1,2)') from moods`,
    `select lead(amount, 1, '5') over () from stock`,
    `select sku from stock where stock = '(a,5)'`,
    `explain select * from moods where at = '(1,2)'`,
    `prepare p as select * from moods where at = '(1,2)'`,
    `prepare p as select '(1,2)'::pair`,
  ])('may become a value of a type that the text has: %s', async (text) => {
    expect(await effectLines(text)).toContain(checked)
  })

  it.each([
    `select * from moods`,
    `select at, 5 from moods where true`,
    `select sku from stock where sku = 'x' and 'y' < sku and sku like 'z' and sku in ('a', 'b') limit '5' offset '1'`,
    `select amount from stock where amount = '5' and amount between '1' and '9'`,
    `select coalesce(sku, ''), greatest(sku, 'a'), case when true then sku else 'x' end, array[sku, 'x'] from stock`,
    `select initcap('X'), to_char(now(), 'YYYY'), 'x'::text, sku || 'x' from stock`,
    `prepare p as select * from stock where sku = 'x'`,
  ])('is one of the server where it surely meets nothing else: %s', async (text) => {
    expect(await effectLines(text)).not.toContain(checked)
  })
})

describe('literals that run functions when the text is analysed', () => {
  it.each([
    `select '(1,2)'::pair`,
    `select * from moods where at = '(1,2)'`,
    `select $1 from moods where at = '(1,2)'`,
    `insert into moods (at) values ('(1,2)')`,
    `update moods set at = '(1,2)'`,
    `prepare p as select '(1,2)'::pair; execute p`,
  ])('are those of rows: %s', async (text) => {
    expect(await analysisOf(text)).toMatchObject({ runsInParse: true })
  })

  it.each([
    `select '5'::quantity`,
    `select amount from stock where amount = '5'`,
    `select * from moods where at = $1`,
    `update moods set at = $1`,
    `select sku from stock where sku = 'x'`,
  ])('are not those that become a domain, and no parameters: %s', async (text) => {
    expect(await analysisOf(text)).toMatchObject({ runsInParse: false })
  })
})

describe('a parameter', () => {
  it('may become a value of a type that the text has, in Bind', async () => {
    expect(await effectLines('select * from moods where at = $1')).toContain(checked)
    expect(await effectLines('select * from stock where sku = $1 and sku in ($2, $3) limit $4')).not.toContain(checked)
    expect(await effectLines('select * from moods where sku = $1', { parameterTypes: [25] })).not.toContain(checked)
  })

  it('has the type of the place where it stands only if it stands at no other', async () => {
    const cast = 'execute function:shop.mood_json userDefined via=cast'
    expect(await effectLines('select $1::json', { parameterTypes: [0] })).not.toContain(cast)
    expect(await effectLines('select $1::json', { parameterTypes: [705] })).not.toContain(cast)
    for (const type of [0, 705]) {
      expect(await effectLines('select $1::mood, $1::json', { parameterTypes: [type] })).toContain(cast)
    }
  })
})

import { describe, expect, it } from 'vitest'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { builtinText, effectLines, shopText } from './support/shop.js'

/** The shop on a server of another version, with functions of users that have the names of later syntax. */
function shopOn(version: number, names: readonly string[]): ReturnType<typeof buildCatalog> {
  const user = JSON.parse(shopText) as { routines: unknown[][]; schemas: [number, string][] }
  const schema = user.schemas.find(([, name]) => name === 'shop')?.[0] ?? 0
  const extra = names.map((name, index) => [
    90_000 + index,
    schema,
    name,
    'f',
    'i',
    'sql',
    false,
    [25],
    0,
    0,
    25,
    null,
    null,
  ])
  const text = JSON.stringify({ ...user, routines: [...user.routines, ...extra] })
  return buildCatalog(buildBuiltins(builtinText.replace(/"version" : "\d+"/, `"version" : "${String(version)}"`)), text)
}

describe('syntax of a later server', () => {
  const polyfills = [
    'json_value',
    'json_scalar',
    'json',
    'json_array',
    'json_arrayagg',
    'json_exists',
    'merge_action',
    'json_object',
  ]

  it.each([
    ["select json_value('{}', '$')", 'json_value'],
    ["select json_scalar('x')", 'json_scalar'],
    ["select json('1')", 'json'],
    ["select json_array('x')", 'json_array'],
    ["select json_arrayagg('x')", 'json_arrayagg'],
    ["select json_exists('{}', '$')", 'json_exists'],
    ['select merge_action()', 'merge_action'],
    ["select json_object('{a,b}'::text)", 'json_object'],
  ])("%s calls the user's function on an older one", async (text, name) => {
    const effect = `execute function:shop.${name} userDefined`
    expect(await effectLines(text, { catalog: shopOn(150_000, polyfills) })).toEqual([effect])
    expect(await effectLines(text, { catalog: shopOn(180_000, polyfills) })).toEqual([])
  })

  it('reads EXTRACT as the server at hand does', async () => {
    const text = 'select extract(year from now())'
    expect(await effectLines(text, { catalog: shopOn(130_000, []) })).toEqual([])
    expect(await effectLines(text, { catalog: shopOn(180_000, []) })).toEqual([])
  })
})

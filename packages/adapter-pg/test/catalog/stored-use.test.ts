import { describe, expect, it } from 'vitest'
import type { StoredUse } from '../../src/catalog/snapshot.js'
import { storedUse } from '../../src/catalog/stored-use.js'
import { storedUseTokens } from '../../src/catalog/stored-use-sql.js'

/** Behind operator 16500 stands nextval, behind 16501 current_setting. */
const ofOperator = (id: number): readonly number[] => (id === 16500 ? [1574] : id === 16501 ? [2077] : [])

const use = (tree: string): StoredUse => storedUse(storedUseTokens(tree), ofOperator)

const call = (id: number, argument: string): string =>
  ` {FUNCEXPR :funcid ${String(id)} :funcresulttype 25 :funcretset false :args (${argument}) :location 7}`

function constant(type: number, text: string | undefined): string {
  const bytes = Buffer.from(text ?? '')
  const value = `${String(bytes.length + 4)} [ 48 0 0 0 ${[...bytes].map((byte) => (byte > 127 ? byte - 256 : byte)).join(' ')} ]`
  const isNull = text === undefined
  return `{CONST :consttype ${String(type)} :constlen -1 :constisnull ${String(isNull)} :location 9 :constvalue ${isNull ? '<>' : value}}`
}

describe('what a stored expression draws from', () => {
  it('has a name where the argument is a constant', () => {
    const named = call(1574, constant(2205, 'abcd'))
    expect(use(named)).toMatchObject({ functions: [1574], drawsUnnamed: false })
    expect(use(`${named}${call(1574, `{FUNCEXPR :funcid 1079 :args (${constant(25, 'other')})}`)}`)).toMatchObject({
      drawsUnnamed: true,
    })
    expect(use(` {OPEXPR :opno 16500 :opfuncid 1574 :args (${constant(2205, 'abcd')})}`).drawsUnnamed).toBe(true)
  })
})

describe('the types of values that a stored expression makes', () => {
  it.each(['resulttype', 'typid', 'typeId', 'coltypes', 'funccoltypes', 'element_typeid', 'varattno 0 :vartype'])(
    'has the one in the field %s',
    (field) => {
      const { types, values } = use(` {NODE :first 1 :${field} 16600 :last 2}`)
      expect([...types, ...values]).toContain(16_600)
    },
  )

  it('has none that only the server can have made', () => {
    expect(use(' {NODE :typid 25 :other 16600}')).toMatchObject({ types: [], values: [] })
  })
})

describe('the settings that a stored expression reads', () => {
  it('are those that it names, with every letter', () => {
    for (const id of [2077, 3294])
      expect(use(call(id, constant(25, 'app.key')))).toMatchObject({ settings: ['app.key'] })
    expect(use(call(2077, constant(25, 'app.größe'))).settings).toEqual(['app.größe'])
    expect(use(call(2077, constant(25, 'a.b')) + call(2077, constant(25, 'c'))).settings).toEqual(['a.b', 'c'])
  })

  it('are any where it does not name one by itself', () => {
    expect(use(call(2077, '{VAR :varno 1}')).settings).toEqual([undefined])
    expect(use(call(2077, constant(25, undefined))).settings).toEqual([undefined])
    expect(use(call(2077, constant(25, ''))).settings).toEqual([undefined])
    expect(use(call(2077, `{RELABELTYPE :arg ${constant(1043, 'app.key')}}`)).settings).toEqual([undefined])
    expect(use(` {OPEXPR :opno 16501 :opfuncid 2077 :args (${constant(25, 'app.key')})}`).settings).toEqual([undefined])
  })

  it('are none of other functions, whose arguments keep their types', () => {
    expect(use(call(870, constant(16600, 'x')))).toMatchObject({ settings: [], types: [16600] })
    expect(use(call(2077, constant(16600, 'x')))).toMatchObject({ settings: [undefined], types: [16600] })
  })
})

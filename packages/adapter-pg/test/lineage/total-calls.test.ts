import { describe, expect, it } from 'vitest'
import {
  type CallFacts,
  isTotalCast,
  isTotalOperator,
  isTotalRoutine,
  ruleOf,
  type TypeCatalog,
} from '../../src/analyzer/total-calls.js'
import { growthOf } from '../../src/analyzer/total-growth.js'
import type { Routine } from '../../src/catalog/snapshot.js'
import { shop } from '../analyzer/support/shop.js'

/** The shop has an enum with a cast to JSON. */
const withoutCasts: TypeCatalog = { types: shop.types, relations: shop.relations, userCasts: [] }
const generous: CallFacts = { oneCollation: true, boundedSize: true, timesOver: 100 }

function typeId(name: string): number {
  if (name === 'unknown') return 705
  const element = name.endsWith('[]') ? `_${name.slice(0, -2)}` : name
  const found = shop.type('pg_catalog', element) ?? shop.type('shop', element)
  if (found === undefined) throw new Error(`no type ${name}`)
  return found.id
}

/** The routine that is declared like this, `text…` for VARIADIC text[]. */
function declared(signature: string): Routine {
  const [name = '', list = ''] = signature.slice(0, -1).split('(')
  const types = list === '' ? [] : list.split(',')
  const wanted = types.map((type) =>
    type.endsWith('…') ? (type === 'any…' ? 2276 : typeId(`${type.slice(0, -1)}[]`)) : typeId(type),
  )
  const found = shop
    .routinesNamed(name)
    .find((routine) => routine.builtin && routine.arguments.join(',') === wanted.join(','))
  if (found === undefined) throw new Error(`no routine ${signature}`)
  return found
}

/** Whether a call of a routine with these arguments is total: types, or constants in quotes or digits. */
function isTotalCall(
  signature: string,
  passed: string,
  facts: CallFacts = generous,
  catalog: TypeCatalog = withoutCasts,
): boolean {
  const args = passed === '' ? [] : passed.split(' ')
  const literals = args.map((arg) =>
    arg.startsWith("'") ? arg.slice(1, -1) : /^-?\d/.test(arg) ? Number(arg) : undefined,
  )
  const types = args.map((arg, place) => {
    if (arg === '?') return undefined
    const literal = literals[place]
    return typeId(literal === undefined ? arg : typeof literal === 'number' ? 'int4' : 'unknown')
  })
  return isTotalRoutine(catalog, declared(signature), types, { ...facts, literals })
}

describe('what a routine makes', () => {
  it('is longer than what it is passed', () => {
    const growth = growthOf(shop, [declared('encode(bytea,text)')], ruleOf, [17, 705], [undefined, 'hex'])
    expect(growth).toBe(2)
  })
})

describe('a routine that looks as if it failed on no value', () => {
  it.each([
    ['abs(int4)', 'int4', 'the least number has no opposite'],
    ['ascii(text)', 'text', 'refuses letters in databases with other encodings of several bytes'],
    ['chr(int4)', 'int4', '0 and what is beyond Unicode'],
    ['md5(text)', 'text', 'refused where the server runs by FIPS'],
    ['repeat(text,int4)', 'text int4', 'room that a value decides'],
    ['repeat(text,int4)', 'text 3', 'text that is long already'],
    ['lpad(text,int4)', 'text int4', 'room that a value decides'],
    ['lpad(text,int4)', 'text 100000000', 'room that nothing needs'],
    ['rpad(text,int4,text)', 'text int4 text', 'room that a value decides'],
    ['substring(text,int4,int4)', 'text int4 int4', 'negative length'],
    ['substring(text,int4,int4)', 'text 1 -1', 'negative length'],
    ['substr(text,int4,int4)', 'text int4 int4', 'negative length'],
    ['substring(text,text)', "text 'a'", 'a regular expression may be too complex for a value'],
    ['split_part(text,text,int4)', 'text text int4', 'field 0'],
    ['split_part(text,text,int4)', "text ',' 0", 'field 0'],
    ['overlay(text,text,int4)', 'text text int4', 'a start before the first'],
    ['overlay(text,text,int4)', 'text text 0', 'a start before the first'],
    ['replace(text,text,text)', 'text text text', 'one long text in place of each letter of another'],
    ['translate(text,text,text)', 'text text text', 'time that is the product of two lengths'],
    ['btrim(text,text)', 'text text', 'time that is the product of two lengths'],
    ['encode(bytea,text)', 'bytea text', 'unknown format'],
    ['encode(bytea,text)', "bytea 'utf8'", 'unknown format'],
    ['decode(text,text)', "text 'hex'", 'digits that are none'],
    ['convert_to(text,name)', "text 'UTF8'", 'letters without an equivalent in other databases'],
    ['convert_from(bytea,name)', "bytea 'UTF8'", 'bytes that are no letters'],
    ['to_number(text,text)', "text '999'", 'text that is no number'],
    ['to_date(text,text)', "text 'YYYY-MM-DD'", 'text that is no date'],
    ['to_timestamp(float8)', 'float8', 'NaN'],
    ['to_char(timestamp,text)', 'timestamp text', 'a pattern of any length'],
    ['to_char(timestamp,text)', "timestamp 'TMMonth'", 'names of a locale may be too long'],
    ['to_char(numeric,text)', "numeric '999'", 'patterns of numbers are refused for many reasons'],
    ['date_trunc(text,timestamp)', 'text timestamp', 'unknown unit'],
    ['date_trunc(text,timestamp)', "'nonsense' timestamp", 'unknown unit'],
    ['date_trunc(text,timestamp)', "'month' timestamp", 'the first month ends after the first day'],
    ['date_trunc(text,timestamptz)', "'day' timestamptz", 'the first day begins before the first moment in some zones'],
    ['extract(text,timestamp)', 'text timestamp', 'unknown part'],
    ['extract(text,date)', "'hour' date", 'a date has none'],
    ['date_part(text,date)', "'year' date", 'turns the date into a timestamp, whose range is smaller'],
    ['age(timestamp,timestamp)', 'timestamp timestamp', 'infinity'],
    ['make_date(int4,int4,int4)', 'int4 int4 int4', 'month 13'],
    ['timezone(text,timestamptz)', "'UTC' timestamptz", 'the last moments are out of range in other zones'],
    ['round(numeric,int4)', 'numeric 2', 'as many digits as there may be, all nines'],
    ['ceil(numeric)', 'numeric', 'as many digits as there may be, all nines'],
    ['sqrt(float8)', 'float8', 'negative numbers'],
    ['ln(numeric)', 'numeric', 'zero'],
    ['exp(float8)', 'float8', 'overflow'],
    ['mod(int4,int4)', 'int4 int4', 'zero'],
    ['div(numeric,numeric)', 'numeric numeric', 'zero'],
    ['power(numeric,numeric)', 'numeric numeric', 'overflow'],
    ['sum(numeric)', 'numeric', 'overflow'],
    ['sum(float8)', 'float8', 'overflow'],
    ['avg(numeric)', 'numeric', 'overflow'],
    ['jsonb_agg(anyelement)', 'json', 'escapes that no text can hold'],
    ['string_agg(text,text)', 'text text', 'a separator of any size'],
    ['array_agg(anyarray)', 'text[]', 'arrays of other dimensions'],
    ['json_object_agg(any,any)', 'text text', 'NULL as a key'],
    ['json_build_object(any…)', 'text text', 'NULL as a key'],
    ['json_build_object(any…)', "'a'", 'a key without a value'],
    ['to_jsonb(anyelement)', 'json', 'escapes that no text can hold'],
    ['jsonb_array_length(jsonb)', 'jsonb', 'what is no array'],
    ['jsonb_set(jsonb,text[],jsonb,bool)', 'jsonb text[] jsonb bool', 'what has no parts'],
    ['jsonb_pretty(jsonb)', 'jsonb', 'indents by depth, so that room grows by its square'],
    ['json_extract_path_text(json,text…)', "json 'a'", 'escapes that no text can hold'],
    ['array_append(anycompatiblearray,anycompatible)', 'text[] text', 'arrays of several dimensions'],
    ['array_position(anycompatiblearray,anycompatible)', 'text[] text', 'arrays of several dimensions'],
    ['array_cat(anycompatiblearray,anycompatiblearray)', 'text[] text[]', 'arrays of other dimensions'],
    ['regexp_replace(text,text,text)', "text 'a' 'b'", 'a regular expression may be too complex for a value'],
    ['format(text,any…)', 'text text', 'any format'],
    ['format(text,any…)', "'%I' text", 'NULL is no name'],
    ['format(text,any…)', "'%1000000s' text", 'room that nothing needs'],
    ['format(text,any…)', "'%s%s' text", 'too few arguments'],
    ['format(text,any…)', "'%' text", 'half a specifier'],
    ['ntile(int4)', 'int4', 'no buckets'],
    ['ntile(int4)', '0', 'no buckets'],
    ['nth_value(anyelement,int4)', 'text int4', 'a row before the first'],
    ['lag(anyelement,int4)', 'text int4', 'only constants were tried'],
    ['current_setting(text)', "'work_mem'", 'reads a setting'],
    ['pg_sleep(float8)', 'float8', 'takes as long as a value says'],
    ['random()', '', 'another one every time'],
    ['generate_series(int4,int4)', '1 2', 'gives rows'],
    ['jsonb_array_elements(jsonb)', 'jsonb', 'gives rows'],
    ['pg_relation_size(regclass)', "'t'", 'reads a relation'],
    ['nextval(regclass)', "'s'", 'changes a sequence'],
  ])('is not total: %s of %s, for %s', (signature, passed) => {
    expect(isTotalCall(signature, passed)).toBe(false)
  })

  it.each([
    ['substring(text,int4,int4)', 'text 1 3'],
    ['left(text,int4)', 'varchar int4'],
    ['lower(text)', 'bpchar'],
    ['lower(text)', 'name'],
    ['concat(any…)', "text ',' timestamptz jsonb int4[] mood"],
    ['concat_ws(text,any…)', "',' text int8"],
    ['split_part(text,text,int4)', "text '@' 2"],
    ['split_part(text,text,int4)', 'text text -1'],
    ['replace(text,text,text)', "text '-' ''"],
    ['lpad(text,int4,text)', "text 5 '0'"],
    ['encode(bytea,text)', "bytea 'hex'"],
    ['date_trunc(text,timestamp)', "'DAY' timestamp"],
    ['extract(text,timestamptz)', "'year' timestamptz"],
    ['extract(text,date)', "'isodow' date"],
    ['to_char(timestamptz,text)', "timestamptz 'YYYY-MM-DD'"],
    ['to_char(timestamptz,text)', "timestamptz 'yyyy-mm-dd'"],
    ['format(text,any…)', "'%s/%L/%%' text int4"],
    ['json_build_object(any…)', "'id' int4 'mail' text"],
    ['row_to_json(record)', 'pair'],
    ['to_jsonb(anyelement)', 'mood'],
    ['count(any)', '?'],
    ['count()', ''],
    ['max(anyenum)', 'mood'],
    ['min(timestamptz)', 'timestamptz'],
    ['sum(int8)', 'int8'],
    ['lag(anyelement,int4)', '? 1'],
    ['jsonb_extract_path_text(jsonb,text…)', "jsonb 'a' 'b'"],
    ['array_to_string(anyarray,text)', "text[] ','"],
    ['ntile(int4)', '4'],
  ])('is total with what real queries pass: %s of %s', (signature, passed) => {
    expect(isTotalCall(signature, passed)).toBe(true)
  })
})

describe('letters that become others', () => {
  const isTotal = (to: string, facts: CallFacts): boolean =>
    isTotalCall('translate(text,text,text)', `text 'a' '${to}'`, facts)

  it('may be longer where the size is known', () => {
    expect(isTotal('b', { timesOver: 4 })).toBe(true)
    expect(isTotal('é', { timesOver: 4 })).toBe(false)
    expect(isTotal('é', { timesOver: 4, boundedSize: true })).toBe(true)
    expect(isTotal('b', { timesOver: 3 })).toBe(false)
  })
})

describe('what is not known', () => {
  it('is not total: types, collations, sizes and constants', () => {
    expect(isTotalCall('lower(text)', '?')).toBe(false)
    expect(isTotalCall('lower(text)', 'text', { boundedSize: true })).toBe(false)
    expect(isTotalCall('concat(any…)', 'text', { oneCollation: true })).toBe(false)
    expect(isTotalCall('lower(text)', 'text', { oneCollation: true, timesOver: 3 })).toBe(false)
    expect(isTotalCall('lower(text)', 'text', { oneCollation: true, timesOver: 4 })).toBe(true)
    expect(isTotalCall('btrim(text)', 'text', { timesOver: 8 })).toBe(true)
    expect(isTotalCall('btrim(text)', 'text', {})).toBe(false)
    expect(isTotalCall('concat(any…)', 'quantity')).toBe(true)
    expect(isTotalCall('concat(any…)', 'money')).toBe(false)
    expect(isTotalRoutine(shop, declared('left(text,int4)'), [25], generous)).toBe(false)
    expect(isTotalRoutine(shop, declared('encode(bytea,text)'), [17, 705], generous)).toBe(false)
  })

  it('takes a routine for one of the server only where it came with it', () => {
    const lower = declared('lower(text)')
    expect(isTotalRoutine(shop, lower, [25], generous)).toBe(true)
    expect(isTotalRoutine(shop, lower, [25, 25], generous)).toBe(false)
    expect(isTotalRoutine(shop, lower, [], generous)).toBe(false)
    expect(isTotalRoutine(shop, { ...lower, builtin: false }, [25], generous)).toBe(false)
    expect(isTotalRoutine(shop, { ...lower, schema: 'public' }, [25], generous)).toBe(false)
    expect(isTotalRoutine(shop, { ...lower, returnsSet: true }, [25], generous)).toBe(false)
    expect(isTotalRoutine(shop, { ...lower, volatility: 'volatile' }, [25], generous)).toBe(false)
  })

  it('makes no JSON of an enum or a row where users have casts to it', () => {
    const catalog: TypeCatalog = { types: shop.types, relations: shop.relations, userCasts: shop.userCasts }
    expect(catalog.userCasts.some(({ source, target }) => source === typeId('mood') && target === 114)).toBe(true)
    expect(isTotalCall('to_jsonb(anyelement)', 'mood', generous, catalog)).toBe(false)
    expect(isTotalCall('row_to_json(record)', 'pair', generous, catalog)).toBe(false)
    expect(isTotalCall('to_jsonb(anyelement)', 'text', generous, catalog)).toBe(true)
    expect(isTotalCall('concat(any…)', 'mood', generous, catalog)).toBe(true)
    expect(isTotalCall('quote_literal(anyelement)', 'mood', generous, withoutCasts)).toBe(false)
  })
})

describe('an operator', () => {
  const isTotal = (written: string, facts: CallFacts = generous): boolean => {
    const [left = '', name = '', right = ''] = written.split(' ')
    return isTotalOperator(shop, name, left === '-' ? 0 : typeId(left), typeId(right), facts)
  }

  it.each([
    ['int4 + int4', 'overflow'],
    ['int4 - int4', 'overflow'],
    ['int4 * int4', 'overflow'],
    ['int4 / int4', 'zero'],
    ['numeric + numeric', 'overflow'],
    ['numeric * numeric', 'overflow'],
    ['float8 + float8', 'overflow'],
    ['float4 - float8', 'overflow'],
    ['- - int4', 'the least number has no opposite'],
    ['date + int4', 'the last day'],
    ['date - date', 'infinity'],
    ['timestamptz - timestamptz', 'infinity'],
    ['timestamptz + interval', 'the last moment'],
    ['interval * float8', 'overflow'],
    ['numeric = float8', 'numbers that no float8 holds'],
    ['json = json', 'no operator'],
    ['json[] = json[]', 'no operator for its elements'],
    ['json -> text', 'escapes that no text can hold'],
    ['json ->> text', 'escapes that no text can hold'],
    ['jsonb - text', 'what has no parts'],
    ['text[] || text[]', 'arrays of other dimensions'],
    ['text[] || text', 'arrays of several dimensions'],
    ['text ~~ text', 'a pattern that ends in its escape'],
    ['text ~~ unknown', 'a pattern that is not known'],
    ['text ~ unknown', 'a regular expression may be too complex for a value'],
    ['bit & bit', 'other lengths'],
    ['inet - inet', 'other families'],
    ['pair = pair', 'the types of its fields decide'],
    ['xml = xml', 'no operator'],
  ])('is not total: %s, for %s', (written) => {
    expect(isTotal(written)).toBe(false)
  })

  it.each([
    'text = text',
    'varchar = unknown',
    'int4 < int8',
    'int2 = numeric',
    'date >= timestamptz',
    'mood = mood',
    'mood = unknown',
    'text || text',
    'text || int4',
    'varchar || unknown',
    'jsonb || jsonb',
    'jsonb -> unknown',
    'jsonb ->> text',
    'jsonb #>> unknown',
    'jsonb @> jsonb',
    'jsonb ? unknown',
    'int4[] = int4[]',
    'text[] && text[]',
    'inet << cidr',
    '- - numeric',
    'time - time',
  ])('is total: %s', (written) => {
    expect(isTotal(written)).toBe(true)
  })

  it('is no comparison of two types of users', () => {
    const mood = shop.types.get(typeId('mood'))
    const other: TypeCatalog = {
      userCasts: [],
      relations: shop.relations,
      types: new Map([...shop.types, ...(mood === undefined ? [] : [[900_001, { ...mood, id: 900_001 }] as const])]),
    }
    expect(isTotalOperator(other, '=', typeId('mood'), 900_001, generous)).toBe(false)
    expect(isTotalOperator(other, '=', 900_001, 900_001, generous)).toBe(true)
  })

  it('compares text where its collation is known, and makes a longer one where its size is', () => {
    expect(isTotal('text = text', {})).toBe(false)
    expect(isTotal('int4 = int4', {})).toBe(true)
    expect(isTotal('text[] = text[]', { boundedSize: true })).toBe(false)
    expect(isTotal('text || text', { oneCollation: true })).toBe(false)
    expect(isTotal('jsonb ->> text', { oneCollation: true })).toBe(false)
    expect(isTotal('jsonb -> text', {})).toBe(true)
  })

  it.each([
    ['a%', true],
    ['100\\%', true],
    ['a\\\\', true],
    ['a\\', false],
    ['\\\\\\', false],
    ['%'.repeat(300), false],
  ])('takes LIKE with the pattern %s: %s', (pattern, expected) => {
    for (const name of ['~~', '!~~', '~~*', '!~~*'])
      expect(isTotalOperator(shop, name, 25, 705, { ...generous, literals: [undefined, pattern] })).toBe(expected)
  })
})

describe('a cast', () => {
  const isTotal = (written: string, facts: Parameters<typeof isTotalCast>[3] = generous): boolean => {
    const [source = '', target = ''] = written.split('>')
    return isTotalCast(shop, typeId(source), typeId(target), facts)
  }

  it.each([
    'int4>int2',
    'int8>int4',
    'numeric>int4',
    'numeric>float8',
    'float8>float4',
    'text>int4',
    'text>date',
    'text>jsonb',
    'text>mood',
    'text>bytea',
    'text>xml',
    'json>jsonb',
    'jsonb>int4',
    'jsonb>bool',
    'date>timestamp',
    'date>timestamptz',
    'timestamp>timestamptz',
    'timestamptz>timestamp',
    'int8>oid',
    'bit>int4',
    'macaddr8>macaddr',
    'mood>int4',
    'numeric[]>int4[]',
    'int4>quantity',
    'unknown>quantity',
    'text>pair',
    'text>text[]',
  ])('is not total: %s', (written) => {
    expect(isTotal(written)).toBe(false)
  })

  it.each([
    'int2>int8',
    'int4>numeric',
    'int4>text',
    'timestamptz>text',
    'timestamptz>date',
    'timestamp>time',
    'uuid>text',
    'mood>text',
    'bool>int4',
    'float8>numeric',
    'varchar>text',
    'text>varchar',
    'bpchar>text',
    'text[]>varchar[]',
    'int4[]>text',
    'jsonb>text',
    'unknown>date',
    'unknown>mood',
    'quantity>int4',
    'inet>text',
    'json>text',
  ])('is total: %s', (written) => {
    expect(isTotal(written)).toBe(true)
  })

  it('cuts texts, and no number has to fit', () => {
    expect(isTotal('text>varchar', { modified: true })).toBe(true)
    expect(isTotal('text>bpchar', { modified: true })).toBe(true)
    expect(isTotal('numeric>numeric', { modified: true })).toBe(false)
    expect(isTotal('unknown>numeric', { modified: true })).toBe(false)
    expect(isTotal('timestamp>timestamp', { modified: true })).toBe(false)
  })

  it('is none of a type that is not known, and none that users have a function for', () => {
    expect(isTotalCast(shop, undefined, 25, generous)).toBe(false)
    const cast = { source: typeId('mood'), target: 25, function: 900_000, context: 'explicit', builtin: false } as const
    const catalog: TypeCatalog = { types: shop.types, relations: shop.relations, userCasts: [cast] }
    expect(isTotalCast(catalog, typeId('mood'), 25, generous)).toBe(false)
    expect(isTotalCast(catalog, typeId('mood[]'), typeId('text[]'), generous)).toBe(false)
    expect(isTotalCast(catalog, typeId('int4'), 25, generous)).toBe(true)
  })

  it('writes JSON and arrays out where their size is known', () => {
    expect(isTotal('jsonb>text', {})).toBe(false)
    expect(isTotal('numeric[]>text', {})).toBe(false)
    expect(isTotal('int4>text', {})).toBe(true)
  })
})

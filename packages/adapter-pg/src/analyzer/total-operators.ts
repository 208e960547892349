import type { InferredType } from './overloads.js'
import { type CallFacts, type Literal, meetsFacts, type TotalRule } from './total-facts.js'
import { type TypeCatalog, valueType } from './total-types.js'

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '<=', '>', '>='])

/** Types whose values are compared with each other. What is a cast away is turned by one that is total. */
const compared: readonly ReadonlySet<string>[] = [
  'bool',
  'int2 int4 int8 numeric',
  'int2 int4 int8 float4 float8',
  'oid',
  'text varchar bpchar name',
  'bytea',
  'date timestamp timestamptz',
  'time timetz',
  'interval',
  'uuid',
  'inet cidr',
  'macaddr',
  'macaddr8',
  'jsonb',
  'enum',
  'bit',
  'varbit',
].map((types) => new Set(types.split(' ')))

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name'])
const isText = (type: string): boolean => texts.has(type) || type === 'unknown'
const withCollation: TotalRule = { needsCollation: true }
/** Both sides are copied into one place, for some collations in letters of two bytes. */
const ordered: TotalRule = { needsCollation: true, works: 2 }
/** Both sides are written in small letters, which are as wide as the widest meanwhile. */
const inSmallLetters: TotalRule = { needsCollation: true, works: 4 }
const withSize: TotalRule = { needsSize: true }
const withoutMore: TotalRule = {}

/** Names, then left and right sides; `-` for none. */
const others = new Map<string, TotalRule>()

function define(rule: TotalRule, names: string, operands: string): void {
  for (const name of names.split(' ')) for (const pair of operands.split(/\s+/)) others.set(`${name} ${pair}`, rule)
}

define(withoutMore, '-', '-,float4 -,float8 -,numeric time,time time,interval timetz,interval')
define(withoutMore, '+', '-,int2 -,int4 -,int8 -,float4 -,float8 -,numeric time,interval interval,time timetz,interval')
define(withoutMore, '@', '-,float4 -,float8 -,numeric')
define(withoutMore, '& | #', 'int2,int2 int4,int4 int8,int8')
define(withoutMore, '~', '-,int2 -,int4 -,int8')
define(withoutMore, '<< >>', 'int2,int4 int4,int4 int8,int4 inet,inet cidr,cidr inet,cidr cidr,inet')
define(withoutMore, '<<= >>= &&', 'inet,inet cidr,cidr inet,cidr cidr,inet')
define(withoutMore, '->', 'jsonb,int4 jsonb,text jsonb,unknown')
define(withoutMore, '#>', 'jsonb,text[] jsonb,unknown')
define(withSize, '->>', 'jsonb,int4 jsonb,text jsonb,unknown')
define(withSize, '#>>', 'jsonb,text[] jsonb,unknown')
define(withSize, '@> <@', 'jsonb,jsonb jsonb,unknown unknown,jsonb')
define(withoutMore, '?', 'jsonb,text jsonb,unknown')
define(withoutMore, '?| ?&', 'jsonb,text[] jsonb,unknown')
define({ needsSize: true, works: 4 }, '||', 'jsonb,jsonb jsonb,unknown unknown,jsonb')
define(withSize, '||', 'bytea,bytea bytea,unknown unknown,bytea varbit,varbit')
define(withCollation, '^@', 'text,text text,unknown')

const likes: ReadonlySet<string> = new Set(['~~', '!~~', '~~*', '!~~*'])

/**
 * Whether an operator of the server raises nothing, whatever values of these types it is given. `left` is 0 where it has no
 * left side. The name as it stands in the catalog: LIKE is `~~`. `literals` of the facts are those of its operands.
 */
export function isTotalOperator(
  catalog: TypeCatalog,
  name: string,
  left: InferredType,
  right: InferredType,
  facts: CallFacts = {},
): boolean {
  const first = left === 0 ? '-' : valueType(catalog, left)
  const second = valueType(catalog, right)
  if (first === undefined || second === undefined) return false
  const rule = operatorRule(name, first, second, isSameEnum(catalog, left, right))
  if (rule === undefined || !meetsFacts(rule, facts)) return false
  return !likes.has(name) || isWholePattern(facts.literals?.[1])
}

function operatorRule(name: string, left: string, right: string, sameEnum: boolean): TotalRule | undefined {
  if (comparisons.has(name)) return comparisonRule(name, left, right, sameEnum)
  const pair = [left, right].map((type) => (type === 'varchar' ? 'text' : type)).join(',')
  const known = others.get(`${name} ${pair}`)
  if (known !== undefined) return known
  if (likes.has(name))
    return isText(left) && left !== 'unknown' && right === 'unknown'
      ? name.endsWith('*')
        ? inSmallLetters
        : withCollation
      : undefined
  if (name === '||') return concatenates(left, right) ? withSize : undefined
  const overlaps = name === '@>' || name === '<@' || name === '&&'
  const elements = overlaps && left.endsWith('[]') ? comparisonRule('=', left, right, sameEnum) : undefined
  return elements === undefined ? undefined : { ...elements, needsSize: true }
}

/** Arrays are compared element by element, with arrays of the same type only. */
function comparisonRule(name: string, left: string, right: string, sameEnum: boolean): TotalRule | undefined {
  const type = left === 'unknown' ? right : left
  const other = right === 'unknown' ? left : right
  if (type === '-' || type === 'unknown') return undefined
  const isArray = type.endsWith('[]')
  if (isArray && type !== other) return undefined
  const [first, second] = isArray ? [type.slice(0, -2), type.slice(0, -2)] : [type, other]
  if (!compared.some((types) => types.has(first) && types.has(second))) return undefined
  if (first === 'enum' && !sameEnum && left !== 'unknown' && right !== 'unknown') return undefined
  if (!texts.has(first)) return withoutMore
  return (name.startsWith('<') && name !== '<>') || name.startsWith('>') ? ordered : withCollation
}

/** The server finds no operator for two enums. */
function isSameEnum(catalog: TypeCatalog, left: InferredType, right: InferredType): boolean {
  return left !== undefined && left === right && valueType(catalog, left)?.startsWith('enum') === true
}

/** A text and anything that prints and is no array, nor a type that the server sees as text, too: `||` of arrays fails where their dimensions do not fit. */
function concatenates(left: string, right: string): boolean {
  const prints = (type: string): boolean =>
    !type.endsWith('[]') && type !== '-' && type !== 'char' && !type.startsWith('row')
  const isPlain = (type: string): boolean => type === 'text' || type === 'varchar' || type === 'bpchar'
  if (isPlain(left) || isPlain(right)) return prints(left) && prints(right)
  return false
}

/** LIKE refuses a pattern that ends in its escape character, and goes deeper with every `%`. */
function isWholePattern(pattern: Literal | undefined): boolean {
  return typeof pattern === 'string' && pattern.length <= 256 && /^(?:[^\\]|\\.)*$/su.test(pattern)
}

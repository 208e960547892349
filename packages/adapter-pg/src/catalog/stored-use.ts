import type { FunctionsOfOperator } from './operators.js'
import type { Tokens } from './rows.js'
import type { StoredCommand, StoredUse } from './snapshot.js'

/** What a stored tree says about itself once operators are known by id. */
export function storedUse(
  tokens: Tokens,
  functionsOfOperator: FunctionsOfOperator,
  sequences: readonly number[] = [],
): StoredUse {
  const functions = new Set<number>()
  const relations = new Set<number>()
  const drawn = new Set<number>(sequences)
  const types = new Set<number>()
  const handled = new Set<number>()
  const rows = new Set<number>()
  const commands = new Set<StoredCommand>()
  const settings = new Set<string | undefined>()
  let drawsUnnamed = false
  for (const token of tokens ?? []) {
    const [key = '', ...values] = token.replace('(o ', '').split(' ')
    if (key === 'utilityStmt') commands.add('utility')
    if (key === 'strength') {
      commands.add('lock')
      continue
    }
    if (key === 'varattno') {
      const type = Number(values.at(-1))
      rows.add(type)
      handled.add(type)
      continue
    }
    const bytes = values.indexOf('[')
    for (const value of bytes === -1 ? values : values.slice(0, 1)) {
      const id = Number(value)
      if (Number.isNaN(id)) continue
      if (key === 'commandType') commands.add(commandNames[id] ?? 'utility')
      else if (key === 'relid') relations.add(id)
      else if (key === 'seqid') drawn.add(id)
      else if (key.includes('typ')) {
        handled.add(id)
        if (!handedOnKeys.has(key)) types.add(id)
      } else {
        for (const routine of operatorKeys.has(key) ? functionsOfOperator(id) : [id]) {
          functions.add(routine)
          if (routine === nextval && bytes === -1) drawsUnnamed = true
          if (currentSetting.has(routine)) settings.add(constantText(values.slice(bytes + 1), bytes))
        }
      }
    }
  }
  for (const set of [functions, relations, drawn, types, handled]) set.delete(0)
  return Object.freeze({
    functions: [...functions],
    relations: [...relations],
    sequences: [...drawn],
    drawsUnnamed,
    settings: [...settings],
    types: [...types],
    values: [...handled],
    rows: [...rows],
    commands,
  })
}

/** Nothing at all. */
export const noUse: StoredUse = storedUse(null, () => [])

/** Object ids that the server gives them in every version. */
const nextval = 1574
const currentSetting: ReadonlySet<number> = new Set([2077, 3294])

/** A text as the server keeps it: its length in four bytes, then its own. Undefined where there is none. */
function constantText(bytes: readonly string[], found: number): string | undefined {
  const own = bytes.filter((byte) => byte !== '').slice(4)
  return found === -1 || own.length === 0 ? undefined : Buffer.from(own.map(Number)).toString('utf8')
}

const operatorKeys = new Set(['opno', 'opnos', 'eqop', 'sortop'])
/** Fields for the type of a value that other nodes have made. Behind every other one, values of the type may be made. */
const handedOnKeys = new Set(
  `vartype paramtype opresulttype aggtype aggtranstype wintype casetype coalescetype minmaxtype refcontainertype refelemtype
   refrestype array_typeid element_typeid row_typeid typeId`.split(/\s+/),
)

/** CmdType of nodes.h; MERGE is 5 from PostgreSQL 15 on, where it was utility before. */
const commandNames: Readonly<Record<number, StoredCommand>> = {
  1: 'select',
  2: 'update',
  3: 'insert',
  4: 'delete',
  5: 'merge',
}

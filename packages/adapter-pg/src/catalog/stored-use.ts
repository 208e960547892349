import type { Tokens } from './rows.js'
import type { StoredCommand, StoredUse } from './snapshot.js'

/** What a stored tree says about itself once operators are known by id. */
export function storedUse(
  tokens: Tokens,
  functionOfOperator: (operator: number) => number,
  sequences: readonly number[] = [],
): StoredUse {
  const functions = new Set<number>()
  const relations = new Set<number>()
  const drawn = new Set<number>(sequences)
  const types = new Set<number>()
  const handled = new Set<number>()
  const rows = new Set<number>()
  const commands = new Set<StoredCommand>()
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
    for (const value of values) {
      const id = Number(value)
      if (Number.isNaN(id)) continue
      if (key === 'commandType') commands.add(commandNames[id] ?? 'utility')
      else if (key === 'relid') relations.add(id)
      else if (key === 'seqid') drawn.add(id)
      else if (key.includes('type')) {
        handled.add(id)
        if (!handedOnKeys.has(key)) types.add(id)
      } else functions.add(operatorKeys.has(key) ? functionOfOperator(id) : id)
    }
  }
  for (const set of [functions, relations, drawn, types, handled]) set.delete(0)
  return Object.freeze({
    functions: [...functions],
    relations: [...relations],
    sequences: [...drawn],
    types: [...types],
    values: [...handled],
    rows: [...rows],
    commands,
  })
}

/** Nothing at all. */
export const noUse: StoredUse = storedUse(null, () => 0)

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

import { type KnownOperator, operatorNames, plainOperators, userOperators } from './operators.js'
import { addPlannedUses, plainRelations, userRelations } from './relations.js'
import { byName, routinesOf } from './routines.js'
import type { CatalogRows, UserRows } from './rows.js'
import type { Cast, CatalogSnapshot, Operator, Relation, Routine, Schema, TypeInfo } from './snapshot.js'
import { comparedBuiltins, plainTypes, userTypes } from './types.js'

/** The part of a catalog that came with the server: the same for every database of one server version. */
export interface BuiltinCatalog {
  readonly serverVersion: number
  readonly relations: ReadonlyMap<number, Relation>
  readonly relationsByName: ReadonlyMap<string, Relation>
  readonly routines: readonly Routine[]
  readonly routinesByName: ReadonlyMap<string, readonly Routine[]>
  readonly routinesById: ReadonlyMap<number, Routine>
  readonly operators: ReadonlyMap<string, readonly Operator[]>
  readonly operatorsById: ReadonlyMap<number, KnownOperator>
  readonly operatorNames: ReadonlyMap<number, ReadonlySet<string>>
  readonly casts: readonly Cast[]
  readonly types: readonly TypeInfo[]
}

/** Reads the answer of `catalogQueries.builtin`. Throws a SyntaxError or TypeError when it is something else. */
export function buildBuiltins(text: string): BuiltinCatalog {
  const rows = JSON.parse(text) as CatalogRows
  const name = schemaNames(rows)
  const relations = plainRelations(rows, name)
  const routines = routinesOf(rows, name, true)
  const operators = plainOperators(rows, name)
  return Object.freeze({
    serverVersion: Number(rows.version),
    relations,
    relationsByName: qualified(relations.values()),
    routines,
    routinesByName: byName(routines),
    routinesById: new Map(routines.map((routine) => [routine.id, routine])),
    operators: byName(operators),
    operatorsById: new Map(operators.map((operator) => [operator.id, operator])),
    operatorNames: operatorNames(operators),
    casts: castsOf(rows, true),
    types: plainTypes(rows, name, true),
  })
}

/** Reads the answer of `catalogQueries.user` into a snapshot. Throws a SyntaxError or TypeError when it is something else. */
export function buildCatalog(builtins: BuiltinCatalog, text: string): CatalogSnapshot {
  const rows = JSON.parse(text) as UserRows
  const name = schemaNames(rows)
  const operators = userOperators(rows, name, builtins.operatorsById)
  const userFunctions = new Map(operators.map((operator) => [operator.id, operator.functions]))
  const functionsOfOperator = (id: number): readonly number[] =>
    userFunctions.get(id) ?? builtins.operatorsById.get(id)?.functions ?? noFunctions
  const relations = userRelations(rows, name, functionsOfOperator)
  const userTypeList = userTypes(rows, name, functionsOfOperator, relations)
  const types = new Map([...builtins.types, ...userTypeList].map((type) => [type.id, type]))
  for (const relation of relations.values()) {
    // A row may be compared by a class of its own.
    const wholeRow = types.get(relation.rowType)?.comparisons ?? []
    relation.comparisons.push(...new Set([...typeFunctions(relation, types, 'comparisons'), ...wholeRow]))
    relation.valueFunctions.push(...typeFunctions(relation, types, 'functions'))
    for (const { number, type } of relation.columns.values()) {
      for (const use of types.get(type)?.defaults ?? []) relation.defaults.push({ column: number, use })
    }
  }
  const routines = routinesOf(rows, name, false, functionsOfOperator)
  const casts = [...builtins.casts, ...castsOf(rows, false)]
  const implicit = new Set(
    casts.filter((cast) => cast.context === 'implicit').map((cast) => pair(cast.source, cast.target)),
  )
  const userRoutines = byName(routines)
  const userRelationsByName = qualified(relations.values())
  const typesByName = qualified(types.values())
  const operatorsByName = byName(operators)
  const userOperatorNames = operatorNames(operators)
  const classes = new Map<string, number[]>()
  for (const [operatorClass, routine] of rows.operatorClasses ?? []) {
    classes.set(operatorClass, [...(classes.get(operatorClass) ?? []), routine])
  }
  const all = new Map([...builtins.relations, ...relations])
  // A builtin that somebody replaced in another language counts as a user's.
  const replaced = byName(builtins.routines.filter((routine) => !routine.builtin))
  const userNamed = (routine: string): readonly Routine[] => [
    ...(userRoutines.get(routine) ?? []),
    ...(replaced.get(routine) ?? []),
  ]
  const routinesById = new Map([
    ...builtins.routinesById,
    ...routines.map((routine): [number, Routine] => [routine.id, routine]),
  ])
  addPlannedUses(rows, relations, { routines: routinesById, functionsOfOperator })
  return Object.freeze({
    serverVersion: builtins.serverVersion,
    database: rows.database ?? '',
    schemas: schemasOf(rows),
    relations: all,
    relation: (schema: string, relation: string) =>
      userRelationsByName.get(qualifiedKey(schema, relation)) ??
      builtins.relationsByName.get(qualifiedKey(schema, relation)),
    routines: routinesById,
    routinesNamed: (routine: string) => [
      ...(builtins.routinesByName.get(routine) ?? []),
      ...(userRoutines.get(routine) ?? []),
    ],
    userRoutinesNamed: (routine: string) =>
      userRoutines.has(routine) || replaced.size > 0 ? userNamed(routine) : noRoutines,
    userOperatorsNamed: (operator: string) => operatorsByName.get(operator) ?? noOperators,
    builtinOperatorsNamed: (operator: string) => builtins.operators.get(operator) ?? noOperators,
    operatorNames: (routine: number) => [
      ...(builtins.operatorNames.get(routine) ?? []),
      ...(userOperatorNames.get(routine) ?? []),
    ],
    userCasts: casts.filter((cast) => !cast.builtin && cast.function !== 0),
    coercesImplicitly: (source: number, target: number) => implicit.has(pair(source, target)),
    types,
    comparedBuiltins: comparedBuiltins(rows),
    checksValues: userTypeList.some(runsFunctions),
    type: (schema: string, type: string) => typesByName.get(qualifiedKey(schema, type)),
    operatorClass: (operatorClass: string) => classes.get(operatorClass) ?? noFunctions,
    eventTriggers: (rows.eventTriggers ?? []).map(([trigger, event, routine]) => ({
      name: trigger,
      event,
      function: routine,
    })),
    extensions: new Set((rows.extensions ?? []).map(([extension]) => extension)),
  })
}

/** Bounds of ranges are compared when one is made. */
function runsFunctions({ comparisons, functions, kind }: TypeInfo): boolean {
  return functions.length > 0 || (comparisons.length > 0 && (kind === 'range' || kind === 'multirange'))
}

const noFunctions: readonly number[] = []
const noRoutines: readonly Routine[] = []
const noOperators: readonly Operator[] = []

function typeFunctions(
  relation: Relation,
  types: ReadonlyMap<number, TypeInfo>,
  of: 'comparisons' | 'functions',
): readonly number[] {
  const functions = new Set<number>()
  for (const column of relation.columns.values()) {
    for (const routine of types.get(column.type)?.[of] ?? []) functions.add(routine)
  }
  return [...functions]
}

function schemaNames(rows: CatalogRows): (id: number) => string {
  const names = new Map((rows.schemas ?? []).map(([id, name]) => [id, name]))
  return (id) => names.get(id) ?? `#${String(id)}`
}

function schemasOf(rows: CatalogRows): ReadonlyMap<string, Schema> {
  return new Map(
    (rows.schemas ?? []).map(([id, name, owner, creators]): [string, Schema] => [
      name,
      { id, name, owner, creators: [...new Set([owner, ...(creators ?? [])])] },
    ]),
  )
}

function castsOf(rows: CatalogRows, builtin: boolean): Cast[] {
  const contexts: Readonly<Record<string, Cast['context']>> = { e: 'explicit', a: 'assignment', i: 'implicit' }
  return (rows.casts ?? []).map(([source, target, routine, context]) => ({
    source,
    target,
    function: routine,
    context: contexts[context] ?? 'implicit',
    builtin,
  }))
}

function qualified<Named extends { readonly schema: string; readonly name: string }>(
  items: Iterable<Named>,
): ReadonlyMap<string, Named> {
  const map = new Map<string, Named>()
  for (const item of items) map.set(qualifiedKey(item.schema, item.name), item)
  return map
}

/** Identifiers hold no NUL, so the key is unambiguous. */
function qualifiedKey(schema: string, name: string): string {
  return `${schema}\0${name}`
}

function pair(source: number, target: number): string {
  return `${String(source)} ${String(target)}`
}

import type {
  IncomingForeignKey,
  Policy,
  Relation,
  RelationKind,
  Rule,
  StoredUse,
  Trigger,
  WriteCheck,
} from './snapshot.js'

type Mutable<Value> = { -readonly [Field in keyof Value]: Value[Field] }
/** A relation while its catalog is built. */
export type Draft = Mutable<Relation> & {
  children: number[]
  parents: number[]
  rules: Rule[]
  triggers: Trigger[]
  policies: Policy[]
  defaults: { column: number; use: StoredUse }[]
  checks: StoredUse[]
  writeChecks: WriteCheck[]
  collated: Set<number>
  keys: (readonly number[])[]
  searches: number[]
  references: number[]
  statistics: StoredUse[]
  planned: StoredUse[]
  comparisons: number[]
  valueFunctions: number[]
  referencedBy: IncomingForeignKey[]
}

/** A relation with nothing that hangs on it. */
export function emptyRelation(id: number, schema: string, name: string, kind: RelationKind): Draft {
  return {
    id,
    schema,
    name,
    kind,
    temporary: false,
    rowType: 0,
    ofType: 0,
    primaryKey: [],
    keys: [],
    collated: new Set(),
    partitionKey: [],
    defaultPartition: 0,
    columns: new Map(),
    rowSecurity: false,
    children: [],
    parents: [],
    query: undefined,
    queryTree: undefined,
    queryColumns: new Map(),
    rules: [],
    triggers: [],
    policies: [],
    defaults: [],
    checks: [],
    writeChecks: [],
    searches: [],
    references: [],
    statistics: [],
    planned: [],
    comparisons: [],
    valueFunctions: [],
    referencedBy: [],
    table: undefined,
    server: undefined,
  }
}

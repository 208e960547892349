/** What the expressions and queries that the server stores (views, rules, defaults, checks, policies, …) use. */
export interface StoredUse {
  /** Object ids of functions, also those behind operators and aggregates. */
  readonly functions: readonly number[]
  readonly relations: readonly number[]
  readonly sequences: readonly number[]
  /** Whether it draws from a sequence that it does not name, or by an operator. */
  readonly drawsUnnamed: boolean
  /** Settings that it reads; undefined for one that it does not name. */
  readonly settings: readonly (string | undefined)[]
  /** Types that values are coerced to: domains among them run their checks. */
  readonly types: readonly number[]
  /** Types whose values it handles: whoever compares or sorts them runs their functions. */
  readonly values: readonly number[]
  /** Types of what it names as whole rows: no column of these is named. */
  readonly rows: readonly number[]
  /** Commands of a stored query; `lock` where it has FOR UPDATE or one of its kin. */
  readonly commands: ReadonlySet<StoredCommand>
}

export type StoredCommand = 'select' | 'update' | 'insert' | 'delete' | 'merge' | 'utility' | 'lock'

export type RelationKind =
  | 'table'
  | 'partitioned-table'
  | 'view'
  | 'materialized-view'
  | 'foreign-table'
  | 'sequence'
  | 'index'
  | 'composite-type'
  | 'toast'

export interface Column {
  readonly name: string
  /** Its number in the relation, as stored expressions and constraints use it. */
  readonly number: number
  readonly type: number
  /** Stored generated or virtual generated (PostgreSQL 18). */
  readonly generated: boolean
  /** Generated anew whenever it is read. */
  readonly virtual: boolean
  /** Numbers of the columns that it is generated from. */
  readonly generatedFrom: readonly number[]
  readonly notNull: boolean
}

export interface Trigger {
  readonly name: string
  readonly function: number
  readonly events: ReadonlySet<'insert' | 'update' | 'delete' | 'truncate'>
  readonly instead: boolean
  /** For UPDATE OF: numbers of the columns that fire it; empty for every update. */
  readonly columns: readonly number[]
  readonly condition: StoredUse | undefined
}

export interface Rule {
  readonly event: 'update' | 'insert' | 'delete'
  /** It takes the place of the change, where it has no condition. */
  readonly instead: boolean
  readonly use: StoredUse
}

export interface Policy {
  /** `*` for every command. */
  readonly command: '*' | 'select' | 'insert' | 'update' | 'delete'
  readonly use: StoredUse
}

/** A foreign key that points at the relation it is listed under. */
export interface IncomingForeignKey {
  readonly from: number
  /** Numbers of the referencing columns. */
  readonly columns: readonly number[]
  /** Numbers of the referenced columns. */
  readonly referenced: readonly number[]
  readonly onDelete: 'none' | 'cascade' | 'set'
  readonly onUpdate: 'none' | 'cascade' | 'set'
  /** Whether its last columns are compared by what they contain (PERIOD of PostgreSQL 18), not by whether they are equal. */
  readonly isPeriod: boolean
}

/** Columns that the server looks at together when a row is written: the row fails or not by all of their values. */
export interface WriteCheck {
  /**
   * `unique`: whether another row has equal values. `compared`: what other rows have in another way, as exclusion constraints
   * and unique indexes with expressions, a predicate or NULLS NOT DISTINCT do. `row`: the row alone. `late`: the row alone,
   * and rows that are stored already may fail (NOT VALID). `kept`: an index gets an entry only where one of the values is
   * another one than before, which its size and the counts of updates tell.
   */
  readonly kind: 'unique' | 'compared' | 'row' | 'late' | 'kept'
  /** Numbers of the columns, 0 for all of them. */
  readonly columns: readonly number[]
}

export interface Relation {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: RelationKind
  readonly temporary: boolean
  readonly rowType: number
  /** For a typed table: the composite type that gives it its columns; else 0. */
  readonly ofType: number
  readonly columns: ReadonlyMap<string, Column>
  readonly rowSecurity: boolean
  /** Ids of relations that inherit from it or are its partitions, direct ones. */
  readonly children: readonly number[]
  /** Ids of relations that it inherits from or is a partition of, direct ones. */
  readonly parents: readonly number[]
  /** Numbers of the columns of its primary key; empty where it has none. */
  readonly primaryKey: readonly number[]
  /** Numbers of the columns of each key: at no time do two of its own rows have values in them that are equal by `=` of the server. */
  readonly keys: readonly (readonly number[])[]
  /** Numbers of the columns under another collation than the database's own; of relations of the server these are not known. */
  readonly collated: ReadonlySet<number>
  /** For a partitioned table: numbers of the columns that its rows are divided by, 0 for an expression. */
  readonly partitionKey: readonly number[]
  /** For a partitioned table: the partition that has the rows of no other one; 0 where it has none. */
  readonly defaultPartition: number
  /** For a view: what the query it stands for uses. */
  readonly query: StoredUse | undefined
  /** For a view: its query as the server stores it (`storedQuery` reads it); undefined where that is too long. */
  readonly queryTree: string | undefined
  /**
   * For a view: numbers of the columns that its query names, by the relation they belong to. A relation that is not here, or
   * whose rows it names as a whole, counts as read with every column.
   */
  readonly queryColumns: ReadonlyMap<number, readonly number[]>
  readonly rules: readonly Rule[]
  readonly triggers: readonly Trigger[]
  readonly policies: readonly Policy[]
  /** Defaults and generated columns, by column number. */
  readonly defaults: readonly { readonly column: number; readonly use: StoredUse }[]
  /** What is evaluated for every row that is stored: checks, index expressions and predicates, partition keys. */
  readonly checks: readonly StoredUse[]
  /**
   * What the server compares when rows are written: indexes, checks, generated columns. Foreign keys are not among them. For an
   * index: what it keeps of the columns of its table.
   */
  readonly writeChecks: readonly WriteCheck[]
  /** Functions that run when its rows are looked for: operator classes of its indexes and of its partition key. */
  readonly searches: readonly number[]
  /** Expressions of extended statistics, which ANALYZE evaluates. */
  readonly statistics: readonly StoredUse[]
  /** What the server may compute whenever it plans a statement on it, a plain read included. */
  readonly planned: readonly StoredUse[]
  /** Functions that compare values of its columns (operator classes of user-defined types). */
  readonly comparisons: readonly number[]
  /** Functions that make values of its columns (checks of domains, canonical forms of ranges). */
  readonly valueFunctions: readonly number[]
  readonly referencedBy: readonly IncomingForeignKey[]
  /** Ids of relations that its foreign keys point at. */
  readonly references: readonly number[]
  /** For an index or an owned sequence: the table it belongs to. */
  readonly table: number | undefined
  /** For a foreign table: its server. */
  readonly server: string | undefined
}

export type Volatility = 'immutable' | 'stable' | 'volatile'

export interface Routine {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window'
  readonly volatility: Volatility
  readonly language: string
  readonly securityDefiner: boolean
  readonly arguments: readonly number[]
  readonly defaults: number
  readonly variadic: boolean
  readonly result: number
  /** Where it has OUT arguments or RETURNS TABLE: types of all its arguments, these included. */
  readonly outputs: readonly number[]
  /** Gives any number of rows. */
  readonly returnsSet: boolean
  /** What default values of its arguments use. */
  readonly argumentDefaults: StoredUse | undefined
  /** Came with the server (initdb) and was not replaced by another language since. */
  readonly builtin: boolean
  /** The extension that it belongs to. */
  readonly extension: string | undefined
}

export interface Operator {
  readonly schema: string
  readonly name: string
  /** 0 for a prefix operator. */
  readonly left: number
  readonly right: number
  readonly result: number
  /**
   * Its function; those of its negator and its commutator, as the planner writes `NOT (a < b)` with the one and turns sides
   * round with the other; and those of users in the families of all of these, which sort and hash what it compares.
   */
  readonly functions: readonly number[]
}

export interface Cast {
  readonly source: number
  readonly target: number
  /** 0 when values are reinterpreted or go through text. */
  readonly function: number
  readonly context: 'explicit' | 'assignment' | 'implicit'
  readonly builtin: boolean
}

export interface TypeInfo {
  readonly id: number
  readonly schema: string
  readonly name: string
  readonly kind: 'base' | 'composite' | 'domain' | 'enum' | 'pseudo' | 'range' | 'multirange'
  /** For a domain: what it is over. */
  readonly base: number
  /** For an array: its element. */
  readonly element: number
  /** For a composite type: its relation. */
  readonly relation: number
  readonly array: number
  readonly builtin: boolean
  /** Functions that run when a value is made: checks of a domain, canonical form of a range, also of its parts. */
  readonly functions: readonly number[]
  /** Functions that run when values are compared, sorted or hashed. */
  readonly comparisons: readonly number[]
  /** What its default value uses, its own and, for a domain, that of what it is over. */
  readonly defaults: readonly StoredUse[]
}

export interface Schema {
  readonly id: number
  readonly name: string
  readonly owner: string
  /** Roles that may create objects in it, `''` for everyone (PUBLIC); the owner included. */
  readonly creators: readonly string[]
}

export interface EventTrigger {
  readonly name: string
  readonly event: string
  readonly function: number
}

/**
 * The part of a database's catalog that decides what a text does. Immutable; built from the rows of `catalogQueries`.
 * Names are looked up with maps, never as properties.
 */
export interface CatalogSnapshot {
  /** Server version as in `server_version_num`, for example 150018. */
  readonly serverVersion: number
  readonly database: string
  readonly schemas: ReadonlyMap<string, Schema>
  readonly relations: ReadonlyMap<number, Relation>
  relation(schema: string, name: string): Relation | undefined
  readonly routines: ReadonlyMap<number, Routine>
  /** All routines of a name, of users or builtin, in any schema. */
  routinesNamed(name: string): readonly Routine[]
  /** User-defined routines of a name. */
  userRoutinesNamed(name: string): readonly Routine[]
  /** Operators of a name that run functions of users: those that users defined, and those of the server that users put into a family. */
  userOperatorsNamed(name: string): readonly Operator[]
  builtinOperatorsNamed(name: string): readonly Operator[]
  /** Names of the operators behind which a function stands. */
  operatorNames(routine: number): Iterable<string>
  /** Casts that users defined and that run a function. */
  readonly userCasts: readonly Cast[]
  /** Whether values of a type turn into another one without being asked to. */
  coercesImplicitly(source: number, target: number): boolean
  readonly types: ReadonlyMap<number, TypeInfo>
  /** Functions that compare values of the server's own types, where users made a default operator class for one. */
  readonly comparedBuiltins: readonly number[]
  /** Whether making a value of some type runs a function of a user. */
  readonly checksValues: boolean
  type(schema: string, name: string): TypeInfo | undefined
  /** Functions of users behind operator classes of a name, in any schema. */
  operatorClass(name: string): readonly number[]
  readonly eventTriggers: readonly EventTrigger[]
  readonly extensions: ReadonlySet<string>
}

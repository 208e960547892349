/** Rows of `catalogQueries.builtin` and `.user` as JSON has them. Null stands for no rows. */
export interface CatalogRows {
  readonly version?: string
  readonly database?: string
  readonly schemas: Rows<[id: number, name: string, owner: string, creators: readonly string[] | null]>
  readonly relations: Rows<
    [
      id: number,
      schema: number,
      name: string,
      kind: string,
      persistence: string,
      rowType: number,
      rowSecurity: boolean,
      columns: Rows<[name: string, number: number, type: number, generated: string, notNull: boolean]>,
      ofType: number,
    ]
  >
  readonly routines: Rows<
    [
      id: number,
      schema: number,
      name: string,
      kind: string,
      volatility: string,
      language: string,
      securityDefiner: boolean,
      arguments: readonly number[] | null,
      defaults: number,
      variadic: number,
      result: number,
      extension: string | null,
      argumentDefaults: Tokens,
      outputs: readonly number[] | null,
      returnsSet: boolean,
    ]
  >
  readonly operators: Rows<
    [
      id: number,
      schema: number,
      name: string,
      left: number,
      right: number,
      result: number,
      routine: number,
      commutator: number,
      negator: number,
    ]
  >
  readonly casts: Rows<[source: number, target: number, routine: number, context: string]>
  readonly types: Rows<
    [
      id: number,
      schema: number,
      name: string,
      kind: string,
      base: number,
      element: number,
      relation: number,
      array: number,
    ]
  >
}

/** What `catalogQueries.user` has beyond the common part. */
export interface UserRows extends CatalogRows {
  readonly comparisons: Rows<[type: number, routine: number]>
  readonly operatorFamilies: Rows<[functions: readonly number[], operators: readonly number[] | null]>
  readonly indexes: Rows<
    [
      id: number,
      schema: number,
      name: string,
      table: number,
      keys: Tokens,
      predicate: Tokens,
      primaryKey: readonly number[] | null,
      compared: 'exclusion' | 'unique' | 'nulls' | '',
      /** Of those that compare rows: all their columns, 0 for an expression; those beyond the keys are not compared. */
      columns: readonly number[] | null,
      keyColumns: number,
      /** Columns in its expressions and its predicate, 0 for whole rows. */
      used: readonly number[] | null,
      /** Whether no two rows are equal in its keys at any time, by `=` of the server. */
      isKey: boolean,
    ]
  >
  /** Columns under another collation than the database's own. */
  readonly collated: Rows<[relation: number, column: number]>
  readonly operatorClasses: Rows<[name: string, routine: number]>
  readonly indexClasses: Rows<[relation: number, routine: number]>
  readonly partitionClasses: Rows<[relation: number, routine: number]>
  readonly exclusions: Rows<[relation: number, routine: number]>
  readonly typeDefaults: Rows<[type: number, use: Tokens]>
  readonly statistics: Rows<[relation: number, use: Tokens]>
  /** Texts of stored trees that the planner simplifies, where they name anything of a user. */
  readonly planned: Rows<[relation: number, tree: string]>
  readonly partitionKeys: Rows<[relation: number, use: Tokens]>
  readonly partitioned: Rows<[relation: number, columns: readonly number[] | null, defaultPartition: number]>
  readonly inherits: Rows<[parent: number, child: number]>
  /** Of a view, whole: the text of its stored query. */
  readonly rules: Rows<[relation: number, event: string, name: string, use: Tokens | string, instead: boolean]>
  readonly triggers: Rows<
    [
      relation: number,
      name: string,
      bits: number,
      routine: number,
      columns: readonly number[] | null,
      condition: Tokens,
    ]
  >
  readonly defaults: Rows<[relation: number, column: number, use: Tokens]>
  readonly checks: Rows<
    [relation: number, type: number, use: Tokens, columns: readonly number[] | null, isValid: boolean]
  >
  readonly foreignKeys: Rows<
    [
      from: number,
      to: number,
      onDelete: string,
      onUpdate: string,
      columns: readonly number[] | null,
      referenced: readonly number[] | null,
      isPeriod: boolean,
    ]
  >
  readonly policies: Rows<[relation: number, command: string, use: Tokens]>
  readonly ranges: Rows<[type: number, canonical: number, difference: number, subtype: number]>
  readonly ownedSequences: Rows<[sequence: number, table: number]>
  readonly foreignTables: Rows<[relation: number, server: string]>
  readonly viewColumns: Rows<[view: number, relation: number, column: number]>
  readonly generatedColumns: Rows<[relation: number, column: number, from: number]>
  readonly defaultSequences: Rows<[relation: number, column: number, sequence: number]>
  readonly ruleSequences: Rows<[relation: number, rule: string, sequence: number]>
  readonly eventTriggers: Rows<[name: string, event: string, routine: number]>
  readonly extensions: Rows<[name: string]>
}

export type Rows<Row> = readonly Row[] | null

/** `key value` texts of `storedUseSql`. */
export type Tokens = readonly string[] | null

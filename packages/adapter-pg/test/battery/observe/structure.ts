import type pg from 'pg'

/** How the objects of a database hang together: what names have to do with each other. */
export interface Structure {
  readonly graph: readonly Edge[]
  /** Functions in C that users or extensions brought. */
  readonly foreignCode: ReadonlySet<string>
}

/** `from` refers to, inherits from, shows, belongs to or (an aggregate) is made of `to`. */
export interface Edge {
  readonly kind: 'foreign-key' | 'inherits' | 'view' | 'owned-sequence' | 'aggregate'
  readonly from: string
  readonly to: string
}

/** Reads the structure of a database. */
export async function readStructure(client: pg.Client): Promise<Structure> {
  const { rows } = await client.query<Edge | { readonly kind: 'c'; readonly from: string; readonly to: string }>(
    structureSql,
  )
  return {
    graph: rows.filter((row): row is Edge => row.kind !== 'c'),
    foreignCode: new Set(rows.filter(({ kind }) => kind === 'c').map(({ from }) => from)),
  }
}

const relationName = (id: string): string =>
  `(select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = ${id})`

const functionName = (id: string): string =>
  `(select n.nspname || '.' || called.proname from pg_proc called join pg_namespace n on n.oid = called.pronamespace where called.oid = ${id})`

const structureSql = `
select 'foreign-key' as kind, ${relationName('conrelid')} as from, ${relationName('confrelid')} as to
  from pg_constraint where contype = 'f'
union all select 'inherits', ${relationName('inhrelid')}, ${relationName('inhparent')} from pg_inherits
union all select distinct 'view', ${relationName('r.ev_class')}, ${relationName('d.refobjid')}
  from pg_depend d join pg_rewrite r on r.oid = d.objid
  where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
    and r.ev_class >= 16384
union all select 'owned-sequence', ${relationName('d.objid')}, ${relationName('d.refobjid')}
  from pg_depend d join pg_class c on c.oid = d.objid
  where d.classid = 'pg_class'::regclass and c.relkind = 'S' and d.refclassid = 'pg_class'::regclass
union all select 'aggregate', ${functionName('a.aggfnoid')}, ${functionName('f')} from pg_aggregate a,
  unnest(array[aggtransfn, aggfinalfn, aggcombinefn, aggmtransfn, aggminvtransfn, aggmfinalfn]::oid[]) f
  where a.aggfnoid >= 16384 and f >= 16384
union all select 'c', ${functionName('p.oid')}, '' from pg_proc p
  where p.oid >= 16384 and p.prolang = (select oid from pg_language where lanname = 'c')`

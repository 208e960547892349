import type { Entry } from '../entry.js'

/** A statement that changes rows, with all forms of it that the containers need. */
interface Change {
  readonly name: string
  readonly text: string
  /** The same with RETURNING; undefined where the version has none. */
  readonly returning: string | undefined
  readonly since?: number
  /** Only where it stands for itself; the others stand for it elsewhere. */
  readonly rare?: boolean
}

const changes: readonly Change[] = [
  {
    name: 'INSERT',
    text: `insert into second values (5, 5, 'new')`,
    returning: `insert into second values (5, 5, 'new') returning id`,
  },
  {
    name: 'INSERT SELECT',
    rare: true,
    text: `insert into second select id + 50, a, b from plain`,
    returning: `insert into second select id + 50, a, b from plain returning id`,
  },
  {
    name: 'UPSERT',
    text: `insert into second values (1, 5, 'new') on conflict (id) do update set a = excluded.a`,
    returning: `insert into second values (1, 5, 'new') on conflict (id) do update set a = excluded.a returning id`,
  },
  {
    name: 'UPDATE',
    text: `update second set a = 0 where id = 1`,
    returning: `update second set a = 0 where id = 1 returning id`,
  },
  { name: 'UPDATE all', rare: true, text: `update second set a = 0`, returning: `update second set a = 0 returning 1` },
  {
    name: 'UPDATE FROM',
    rare: true,
    text: `update second set a = plain.a from plain where plain.id = second.id`,
    returning: `update second set a = plain.a from plain where plain.id = second.id returning second.id`,
  },
  {
    name: 'DELETE',
    text: `delete from second where id = 1`,
    returning: `delete from second where id = 1 returning id`,
  },
  { name: 'DELETE all', rare: true, text: `delete from second`, returning: `delete from second returning *` },
  {
    name: 'DELETE USING',
    text: `delete from second using plain where plain.id = second.id`,
    returning: `delete from second using plain where plain.id = second.id returning plain.b`,
  },
  {
    name: 'MERGE',
    text: `merge into second s using plain p on p.id = s.id when matched and s.id = 1 then delete when matched then update set a = 0 when not matched then insert values (p.id, p.a, p.b)`,
    returning: undefined,
  },
  {
    name: 'MERGE BY SOURCE',
    text: `merge into second s using plain p on p.id = s.id when not matched by source then delete`,
    returning: `merge into second s using plain p on p.id = s.id when not matched by source then delete returning merge_action(), s.id`,
    since: 17,
  },
]

interface ChangeContainer {
  readonly name: string
  readonly around: (change: Change) => string | undefined
  readonly setup?: (change: Change) => readonly string[]
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const containers: readonly ChangeContainer[] = [
  { name: 'top level', around: ({ text }) => text },
  { name: 'RETURNING', around: ({ returning }) => returning },
  { name: 'CTE', around: ({ returning }) => returning && `with c as (${returning}) select * from c` },
  { name: 'CTE that nothing reads', around: ({ text }) => `with c as (${text}) select 1` },
  {
    name: 'second CTE',
    around: ({ returning }) => returning && `with a as (select 1 as x), c as (${returning}) select * from a, c`,
  },
  {
    name: 'CTE before INSERT',
    around: ({ returning }) =>
      returning && `with c as (${returning}) insert into empty_table select 700 + row_number() over (), 1 from c`,
  },
  { name: 'CTE before DELETE', around: ({ text }) => `with c as (${text}) delete from scratch_table` },
  {
    name: 'recursive WITH',
    around: ({ text }) =>
      `with recursive n (v) as (select 1 union all select v + 1 from n where v < 3), c as (${text}) select sum(v) from n`,
  },
  { name: 'EXPLAIN ANALYZE', around: ({ text }) => `explain analyze ${text}` },
  { name: 'EXPLAIN of a CTE', around: ({ text }) => `explain (format json, analyze on) with c as (${text}) select 1` },
  { name: 'COPY TO', around: ({ returning }) => returning && `copy (${returning}) to stdout` },
  { name: 'PREPARE and EXECUTE', around: ({ text }) => `prepare s as ${text}; execute s` },
  { name: 'EXECUTE', around: () => 'execute known', setup: ({ text }) => [`prepare known as ${text}`] },
  {
    name: 'EXPLAIN ANALYZE EXECUTE',
    around: () => 'explain analyze execute known',
    setup: ({ text }) => [`prepare known as ${text}`],
  },
  { name: 'second statement', around: ({ text }) => `select 1 as harmless; ${text}` },
  { name: 'after a comment', around: ({ text }) => `/* select 1 /* nested */ */ -- select 1\n ${text}` },
  { name: 'DO', around: ({ text }) => `do $do$ begin ${text}; end $do$` },
  { name: 'DO with dynamic SQL', around: ({ text }) => `do ${quoted(`begin execute ${quoted(text)}; end`)}` },
  {
    name: 'rule',
    around: () => 'insert into empty_table values (4, 4)',
    setup: ({ text }) => [`create rule made as on insert to empty_table do also ${text}`],
  },
  { name: 'CREATE RULE', around: ({ text }) => `create rule made as on insert to empty_table do also ${text}` },
  {
    name: 'CREATE FUNCTION',
    around: ({ text }) => `create function made() returns void language sql as $f$ ${text} $f$`,
  },
  {
    name: 'standard body',
    around: ({ text }) => `create function made() returns void language sql begin atomic ${text}; end`,
  },
]

const plainContainers: ReadonlySet<string> = new Set(['top level', 'RETURNING', 'CTE'])

/** Every change in every container that takes it. */
export function changeEntries(): Entry[] {
  return containers.flatMap((container) =>
    changes.flatMap((change): Entry[] => {
      const text = container.around(change)
      const isMerge = change.name.startsWith('MERGE')
      // Before 17 MERGE can be neither in a CTE nor in a rule; in rules it cannot be at all.
      const inRule = container.name === 'rule' || container.name === 'CREATE RULE'
      if (change.rare === true && !plainContainers.has(container.name)) return []
      if (text === undefined || text === '' || (isMerge && inRule)) return []
      const since = isMerge && text.includes('(merge') ? 17 : change.since
      return [
        {
          id: `${change.name} × ${container.name}`,
          world: 'base',
          text,
          family: 'change of rows',
          container: container.name,
          ...(container.setup !== undefined && { setup: container.setup(change) }),
          ...(since !== undefined && { since }),
        },
      ]
    }),
  )
}

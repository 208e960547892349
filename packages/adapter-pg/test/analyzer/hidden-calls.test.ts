import { describe, expect, it } from 'vitest'
import type { Cast, CatalogSnapshot, Operator, Routine } from '../../src/catalog/snapshot.js'
import { effectLines, shop } from './support/shop.js'

const [bool, int4, text, numeric] = [16, 23, 25, 1700]
const typeNamed = (name: string): number => shop.type('shop', name)?.id ?? 0
const [quantity, plainNumber] = [typeNamed('quantity'), typeNamed('plain_number')]

/** The shop with an operator that calls `refund`. */
function withOperator(name: string, left: number, right: number, result = bool): { readonly catalog: CatalogSnapshot } {
  const [refund] = shop.userRoutinesNamed('refund')
  const operator: Operator = { schema: 'shop', name, left, right, result, functions: [refund?.id ?? 0] }
  const userOperatorsNamed = (written: string): readonly Operator[] =>
    written === name ? [operator] : shop.userOperatorsNamed(written)
  return { catalog: { ...shop, userOperatorsNamed } }
}

const called = 'execute function:shop.refund userDefined via=operator'

describe('an operator of a user on a domain', () => {
  it.each([
    'select amount = amount from stock',
    `select amount = '5' from stock`,
    'select 1 from stock as a join stock as b using (amount)',
    'select nullif(amount, $1) from stock',
    `select '1'::quantity = '2'::quantity`,
    `select amount = any (array['1']::quantity[]) from stock`,
    'select 1 from stock where amount in (select amount from stock)',
    `select amount in ('1'::quantity, '2') from stock`,
    'select (amount, 1) = (amount, 1) from stock',
  ])('goes before that of the server on what the domain is over: %s', async (written) => {
    expect(await effectLines(written, withOperator('=', quantity, quantity))).toContain(called)
  })

  it('counts where a list of IN turns the other side into what the domain is over', async () => {
    const list = `select amount in ('1'::quantity, '2') from stock`
    expect(await effectLines(list, withOperator('=', quantity, int4))).toContain(called)
  })

  it.each(['select amount = amount from stock', 'select 1 = 1', 'select id = 5 from orders'])(
    'leaves others as they are: %s',
    async (written) => {
      expect(await effectLines(written, withOperator('=', plainNumber, plainNumber))).not.toContain(called)
      expect(await effectLines(written, withOperator('=', int4, int4))).not.toContain(called)
    },
  )
})

describe('a parameter that is compared more than once', () => {
  it.each([`select $1 between 'a'::text and 5`, `select $1 in ('a'::text, 5)`])(
    'may have the type of the first comparison in the others: %s',
    async (written) => {
      const own = { ...withOperator('<=', text, int4), parameterTypes: [0] }
      const listed = { ...withOperator('=', text, int4), parameterTypes: [0] }
      expect(await effectLines(written, written.includes('between') ? own : listed)).toContain(called)
    },
  )
})

describe('an operator of a user on types that only look like those of the server', () => {
  it.each([
    [`select nullif('a', 'b') = 5`, text, int4],
    [`select 5 = any (select 'x')`, int4, text],
    [`select 5 in (select 'x')`, int4, text],
    [`select nullif(1, 2.5) = 1`, numeric, int4],
  ])('is called: %s', async (written, left, right) => {
    expect(await effectLines(written, withOperator('=', left, right))).toContain(called)
  })

  it('is called on what LIKE gives where that is a user’s', async () => {
    const [reserve] = shop.userRoutinesNamed('reserve')
    const like: Operator = {
      schema: 'shop',
      name: '~~',
      left: text,
      right: text,
      result: int4,
      functions: [reserve?.id ?? 0],
    }
    const { catalog } = withOperator('=', int4, bool)
    const userOperatorsNamed = (name: string): readonly Operator[] =>
      name === '~~' ? [like] : catalog.userOperatorsNamed(name)
    const both = { catalog: { ...catalog, userOperatorsNamed } }
    expect(await effectLines('select (b like b) = true from lone', both)).toContain(called)
  })

  it.each([`select nullif(1, 2) = 1`, `select 5 = any (select 6)`, `select b = (nullif(b, 'x')) from lone`])(
    'is not where those of the server are exact: %s',
    async (written) => {
      expect(await effectLines(written, withOperator('=', numeric, int4))).not.toContain(called)
    },
  )
})

describe('an operator that nothing in a text fits', () => {
  const every = ['amount_is', 'is_amount', 'same_amount']

  it.each([`select 1 === 2`, `select 'a'::text === b from lone`, `select price === 'x'::text from prices`])(
    'may be every one of its name: %s',
    async (written) => {
      const effects = await effectLines(written)
      for (const name of every) expect(effects).toContain(`execute function:shop.${name} userDefined via=operator`)
    },
  )

  it('is none where the server has one that fits, or none with so many operands', async () => {
    expect(await effectLines('select b || 1 from lone')).not.toContain(
      'execute function:shop.concat_all userDefined via=operator',
    )
    expect(await effectLines('select === 1')).toEqual([])
  })
})

describe('an operator is what the planner makes of it', () => {
  const runs = (name: string, via = 'operator'): string => `execute function:shop.${name} userDefined via=${via}`

  it('its negator, and its commutator with other sides', async () => {
    const effects = await effectLines('select id from prices where not price === 1')
    expect(effects).toEqual(
      expect.arrayContaining([runs('amount_is'), runs('amount_is_not'), runs('is_amount')]) as unknown,
    )
    expect(effects).not.toContain(runs('same_amount'))
  })

  it('the negator of its commutator', async () => {
    expect(await effectLines('select id from prices where not 1 === price')).toContain(runs('amount_is_not'))
  })

  it('in a stored query, too', async () => {
    expect(await effectLines('select id from priced')).toEqual(
      expect.arrayContaining([runs('amount_is', 'view'), runs('amount_is_not', 'view'), runs('is_amount', 'view')]),
    )
  })
})

/** The shop with other routines of users of one name, each like `refund`. */
function withRoutines(...routines: readonly Partial<Routine>[]): { readonly catalog: CatalogSnapshot } {
  const [refund] = shop.userRoutinesNamed('refund')
  if (refund === undefined) throw new Error('the shop has no refund')
  const made = routines.map((routine, index) => ({ ...refund, id: 900_000 + index, ...routine }))
  const named = (name: string): readonly Routine[] => made.filter((routine) => routine.name === name)
  return {
    catalog: {
      ...shop,
      routines: new Map([...shop.routines, ...made.map((routine): [number, Routine] => [routine.id, routine])]),
      routinesNamed: (name) => [...shop.routinesNamed(name), ...named(name)],
      userRoutinesNamed: (name) => [...shop.userRoutinesNamed(name), ...named(name)],
    },
  }
}

describe('a call with names for its arguments', () => {
  const lower = withRoutines({ name: 'lower', arguments: [int4, text], defaults: 2 })

  it.each([
    `select lower(b => 'x'::text)`,
    `select lower(b => 'x')`,
    `select lower(b := b) from lone`,
    `select lower(b => b, a => 1) from lone`,
    `select lower(1, b => b) from lone`,
  ])('means a routine that a user declares with such arguments, whatever their order: %s', async (written) => {
    expect(await effectLines(written, lower)).toContain('execute function:shop.lower userDefined')
  })

  it('means one of the server where the types say so and nothing is named', async () => {
    expect(await effectLines('select lower(b) from lone', lower)).toEqual(['read table:shop.lone columns=b'])
  })

  it('leaves out routines that the arguments without names do not fit', async () => {
    const two = withRoutines(
      { name: 'lower', schema: 'shop', arguments: [int4, text], defaults: 1 },
      { name: 'lower', schema: 'public', arguments: [bool, text], defaults: 1 },
    )
    expect(await effectLines('select lower(true, b => $1)', two)).toEqual(['execute function:public.lower userDefined'])
  })

  it('means procedures that CALL names alike', async () => {
    const procedures = withRoutines({ name: 'settle', schema: 'public', kind: 'procedure', arguments: [text, int4] })
    expect(await effectLines('call settle(b => 1, a => $1)', procedures)).toContain(
      'execute function:public.settle userDefined procedure',
    )
  })
})

describe('a routine that takes more than it says', () => {
  it('is a procedure whose OUT arguments are written in CALL', async () => {
    const procedures = withRoutines(
      { name: 'settle', schema: 'public', kind: 'procedure', arguments: [int4], outputs: [int4, int4] },
      { name: 'settle', schema: 'shop', kind: 'procedure', arguments: [int4, text] },
    )
    expect(await effectLines('call settle(1, (select 1))', procedures)).toContain(
      'execute function:public.settle userDefined procedure',
    )
  })

  it('evaluates a default although as many arguments are written as go in', async () => {
    const [secret] = shop.userRoutinesNamed('secret_default')
    const none = {
      relations: [],
      rows: [],
      sequences: [],
      drawsUnnamed: false,
      settings: [],
      types: [],
      values: [],
      commands: new Set<never>(),
    }
    const procedures = withRoutines({
      name: 'later',
      kind: 'procedure',
      arguments: [int4],
      defaults: 1,
      outputs: [int4, int4],
      argumentDefaults: { functions: [secret?.id ?? 0], ...none },
    })
    const evaluated = 'execute function:shop.secret_default userDefined via=default'
    expect(await effectLines('call later(null)', procedures)).toContain(evaluated)
    expect(await effectLines('call later(null, 1)', procedures)).not.toContain(evaluated)
  })

  it('is a variadic one of the server, which takes elements and not their array', async () => {
    const paths = withRoutines({ name: 'jsonb_extract_path', arguments: [3802, 1009] })
    const called = 'execute function:shop.jsonb_extract_path userDefined'
    expect(await effectLines(`select jsonb_extract_path('{}'::jsonb, array['a'::text])`, paths)).toContain(called)
    const variadic = `select jsonb_extract_path('{}'::jsonb, variadic array['a'::text])`
    expect(await effectLines(variadic, paths)).not.toContain(called)
  })
})

const mood = typeNamed('mood')

/** The shop with a cast that calls `refund`. */
function withCast(
  source: number,
  target: number,
  context: Cast['context'] = 'assignment',
): { readonly catalog: CatalogSnapshot } {
  const [refund] = shop.userRoutinesNamed('refund')
  const cast: Cast = { source, target, function: refund?.id ?? 0, context, builtin: false }
  return { catalog: { ...shop, userCasts: [...shop.userCasts, cast] } }
}

const castTo = 'execute function:shop.refund userDefined via=cast'
const [int8, float4, xml, date] = [20, 700, 142, 1082]

describe('a cast for assignment', () => {
  it.each([
    'select 1 from diary where felt',
    'select felt and true from diary',
    'select true or felt from diary',
    'select not felt from diary',
    'select case when felt then 1 end from diary',
    'select felt is true from diary',
    'select count(*) filter (where felt) from diary',
    'select 1 from diary as a join diary as b on a.felt',
    'select 1 from lone join (diary as a join diary as b on b.felt) on true',
    'select felt from diary group by felt having felt',
    `select 'glad'::mood and true`,
    'select 1 where (select felt from diary limit 1)',
    'select 1 from (lone join diary on true) as j(b, x, y, c) where c',
    'select 1 from (customers join diary on true) as j(a, b, c, d, e, vip) where vip',
    'update lone set b = $1 from diary where felt',
    'update lone set b = $1 from lone as a join diary on felt where true',
    'delete from lone using diary where felt',
    'merge into lone using diary on felt when matched then delete',
    'merge into lone using diary on true when matched and felt then delete',
    'insert into lone select 1 on conflict (a) do update set b = (select $1 from diary) where (select felt from diary)',
    'insert into diary (felt) select null on conflict (day) do update set day = null where diary.felt',
    'insert into diary (felt) select null on conflict (day) where felt do nothing',
    'alter table diary add check (felt)',
    'create index on diary (day) where felt',
    'copy diary from stdin where felt',
  ])('runs where SQL wants a condition: %s', async (written) => {
    expect(await effectLines(written, withCast(mood, bool))).toContain(castTo)
  })

  it.each([
    ['select 1 limit (select felt from diary)', int8],
    ['select 1 offset (select felt from diary)', int8],
    [`select sum(1) over (rows 'glad'::mood preceding)`, int8],
    [`select (array[1, 2])['glad'::mood]`, int4],
    ['select all_of[felt] from diary, moods', int4],
    ['select all_of[1:felt] from diary, moods', int4],
    ['select 1 from lone tablesample system ((select felt from diary))', float4],
    ['select xmlpi(name foo, felt) from diary', text],
    ['select xmlparse(content felt) from diary', text],
    ['select xmlconcat(felt) from diary', xml],
    ['select felt is document from diary', xml],
    ['select xmlserialize(content felt as text) from diary', xml],
    [`select x.* from diary, xmltable(felt passing '<r/>' columns a text path 'a') as x`, text],
    [`select x.* from diary, xmltable('/r' passing felt columns a text path 'a') as x`, xml],
    [`select x.* from diary, xmltable('/r' passing '<r/>' columns a text path felt) as x`, text],
    [`select x.* from diary, xmltable('/r' passing '<r/>' columns a date default felt) as x`, date],
    [`create table events_new partition of events for values from ('glad'::mood) to ('2027-01-01')`, date],
    [`alter table events attach partition lone for values from ($1) to ('glad'::mood)`, date],
  ] as const)('runs where SQL wants something else: %s', async (written, target) => {
    expect(await effectLines(written, withCast(mood, target))).toContain(castTo)
  })

  it('runs on what an operator of a user gives behind IN', async () => {
    const { userOperatorsNamed } = withOperator('=', int4, int4, mood).catalog
    const { catalog } = withCast(mood, bool)
    const both = { catalog: { ...catalog, userOperatorsNamed } }
    expect(await effectLines('select (felt is null) in ($1) from diary', both)).toContain(castTo)
  })

  it.each([
    'select felt from diary where day is null and felt is not null and felt = $1 limit 5',
    'select count(*) filter (where vip) from diary, customers where vip and not vip and exists (select 1) limit $1',
    'select 1 from diary join customers on vip where felt in ($1, $2) and (select 1 where vip) = 1 and day = any ($3)',
    `select felt from diary, customers where email like 'x%' is not true`,
    'update diary set day = null where day = $1 and felt between $1 and $2',
    'delete from diary where current of c',
    'select all_of[1] from moods, diary',
  ])('runs nowhere else: %s', async (written) => {
    for (const target of [bool, int8, int4, text]) {
      const context = { ...withCast(mood, target), parameterTypes: [0, 0, 0] }
      expect(await effectLines(written, context)).not.toContain(castTo)
    }
  })

  it('does not run where only an explicit one is there', async () => {
    expect(await effectLines('select 1 from diary where felt', withCast(mood, bool, 'explicit'))).not.toContain(castTo)
  })
})

describe('a cast between types of the server', () => {
  it('runs wherever its target may be wanted when it is implicit', async () => {
    expect(await effectLines('select abs(current_date)', withCast(date, int8, 'implicit'))).toContain(castTo)
    expect(await effectLines('select 1 limit current_date', withCast(date, int8, 'assignment'))).toContain(castTo)
    expect(await effectLines('select 1 limit 5', withCast(date, int8, 'assignment'))).not.toContain(castTo)
  })
})

describe('what comes out of JSON', () => {
  it.each([
    `select json_object('a': 1 returning mood)`,
    `select json_value('{}'::jsonb, '$' returning mood)`,
    `select * from json_table('{}'::jsonb, '$' columns (a mood path '$'))`,
  ])('is turned by any cast there is: %s', async (written) => {
    for (const source of [text, 114, 3802]) {
      expect(await effectLines(written, withCast(source, mood, 'explicit'))).toContain(castTo)
    }
  })
})

describe('the name of a system column', () => {
  const [tid, xid] = [27, 28]

  it.each([
    ['select (select xmin = b from lone limit 1) from (select b as xmin from lone) as o', xid],
    ['select ctid = b from lone as ctid', tid],
    ['select (select ctid = b from lone as o limit 1) from open_orders as ctid', tid],
  ])('has the type of one where the innermost item with rows of its own is: %s', async (written, type) => {
    expect(await effectLines(written, withOperator('=', type, text))).toContain(called)
  })

  it.each([
    ['select (select xmin from lone limit 1) from (select b as xmin from lone) as o', 'xmin'],
    ['select (select xmin from lone limit 1) from (select 1) as xmin', 'xmin'],
    ['select max(a) as xmin from lone group by xmin', 'a,xmin'],
    ['select (select ctid from open_orders as ctid limit 1) from lone', 'ctid'],
  ])('is read where the innermost item that has it is: %s', async (written, columns) => {
    const reads = await effectLines(written)
    const names = reads.filter((each) => each.startsWith('read table:shop.lone ')).join()
    for (const column of columns.split(',')) expect(names).toMatch(new RegExp(`[=,]${column}\\b`))
  })

  it('stands for the whole row of a view that is called so', async () => {
    expect(await effectLines('select ctid from open_orders as ctid')).toContain(
      'read table:shop.open_orders kind=view columns=*,id,note,total',
    )
  })
})

describe('a name behind a row that is no column of it', () => {
  const row = (schema: string, name: string): number => shop.relation(schema, name)?.rowType ?? 0
  const called = (name: string): string => `execute function:shop.${name} userDefined`

  it.each([
    ['select lone.oid from lone', 'oid', 'lone'],
    [`select l.oid from lone as l where l.oid = 'x'`, 'oid', 'lone'],
    ['select open_orders.xmin from open_orders', 'xmin', 'open_orders'],
    ['select v.ctid from shop.open_orders as v', 'ctid', 'open_orders'],
    ['select x.xmax from (select * from lone) as x', 'xmax', 'lone'],
    ['select j.cmin from (lone join diary on true) as j', 'cmin', 'lone'],
    [`insert into lone values (1) on conflict (a) do update set b = excluded.tableoid`, 'tableoid', 'lone'],
  ])('is a function of a user, also with the name of a system column: %s', async (written, name, relation) => {
    expect(await effectLines(written, withRoutines({ name, arguments: [row('shop', relation)] }))).toContain(
      called(name),
    )
  })

  it.each(['ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax'])('is the system column %s of a table', async (name) => {
    const routines = withRoutines({ name, arguments: [row('shop', 'lone')] })
    expect(await effectLines(`select lone.${name} from lone`, routines)).toEqual([
      `read table:shop.lone columns=${name}`,
    ])
    expect(await effectLines(`select totals.${name} from totals`, routines)).not.toContain(called(name))
  })
})

describe('a function of the server that tells what has a name', () => {
  it('reads it', async () => {
    expect(await effectLines('select (pg_show_all_settings()).name')).toEqual(['read setting:*'])
    expect(await effectLines(`select pg_sequence_last_value('hr.badge')`)).toEqual(['read sequence:hr.badge'])
    expect(await effectLines('select pg_get_sequence_data($1)')).toEqual(['read sequence:*'])
  })

  it('takes blanks of ASCII alone for none of the name', async () => {
    expect(await effectLines(`select nextval(' hr . badge\t')`)).toEqual(['write sequence:hr.badge'])
    for (const blank of ['\u00a0', '\ufeff', '\u2003']) {
      expect(await effectLines(`select nextval('hr.${blank}badge')`)).toEqual(['write sequence:*'])
    }
  })
})

describe('a column that is not where it seems to be', () => {
  const modulo = withOperator('%', int8, int4)

  it.each([
    'select id % 2 from (select 1 as id) a join (select 1::bigint as id) b using (id)',
    'select id % 2 from (select 1 as id) a natural join (select 1::bigint as id) b',
    'select id % 2 from (select 1 as id) a join json_to_record($1) as b(id bigint) using (id)',
    'select id % 2 from (select 1 as id) a cross join json_to_record($1) as f(x int) join json_to_record($2) as g(id bigint) using (id)',
    'select 1 from (select 1 as id) a join (select 1::bigint as id) b using (id) join (select 1 as c) c on id % 2 = c',
    'select (select id % 2) from (select 1 as id) a full join (select 1::bigint as id) b using (id)',
  ])('has the type that both sides of a join have in common: %s', async (written) => {
    expect(await effectLines(written, modulo)).toContain(called)
  })

  it.each([
    'select id % 2 from (select 1 as id) a join (select 2 as id) b using (id)',
    'select a.id % 2 from (select 1 as id) a join (select 1::bigint as id) b using (id)',
    'select x % 2 from (select 1 as id, 2 as x) a join (select 1::bigint as id) b using (id)',
  ])('has its own where that is sure: %s', async (written) => {
    expect(await effectLines(written, modulo)).not.toContain(called)
  })

  it.each([
    'select v.column2 % 2 from orders, lateral (values (orders.*, 65)) v',
    'select column2 % 2 from (values (($1::orders).*, 65)) v',
    'with w(a, b, c) as (values (($1::orders).*, 65)) select b % 2 from w',
    'with recursive w(a, b, c) as (values (($1::orders).*, 65)) select b % 2 from w',
  ])('is behind others where VALUES has a star: %s', async (written) => {
    expect(await effectLines(written, modulo)).toContain(called)
  })

  it.each([
    'select row(1, diary.*) is distinct from row(diary.*, 1) from diary',
    'select row(1, s.*) = row(s.*, 1) from diary as s',
    'select (1, (s).*) = ((s).*, 1) from diary as s',
    'select (s.*, 1) in (select 1, diary.* from diary) from diary as s',
    'select (s.*, 1) in (select 1, 2) from diary as s',
  ])('is behind others where a row has a star: %s', async (written) => {
    expect(await effectLines(written, withOperator('=', mood, mood))).toContain(called)
  })

  it('is what a number in ORDER BY stands for', async () => {
    const less = withOperator('<', quantity, quantity)
    expect(await effectLines('select amount from stock order by 1 using <', less)).toContain(called)
    expect(await effectLines('select amount from stock order by 1', less)).not.toContain(called)
  })
})

describe('an event trigger', () => {
  it('runs for REINDEX of a whole database, and for no other maintenance of one', async () => {
    const [refund] = shop.userRoutinesNamed('refund')
    const eventTriggers = [{ name: 'heard', event: 'ddl_command_start', function: refund?.id ?? 0 }]
    const catalog = { ...shop, eventTriggers }
    const heard = 'execute function:shop.refund userDefined via=event-trigger'
    expect(await effectLines('reindex database', { catalog })).toContain(heard)
    expect(await effectLines('reindex system', { catalog })).toContain(heard)
    expect(await effectLines('vacuum', { catalog })).not.toContain(heard)
  })
})

describe('what is made in a new schema', () => {
  it('is in the schema of the present role, where that gives the name', async () => {
    const made = 'create schema authorization current_user create table made (a integer)'
    expect(await effectLines(made)).toEqual(['define schema:agent', 'define table:agent.made'])
  })
})

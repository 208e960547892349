import type { Cases } from './support/expected.js'

export { shownColumns, writtenColumns } from './column-cases.js'
export { joinedColumns, namesInSight, naturalJoins, outputNames } from './name-cases.js'

export const reads: Cases = {
  'select 1': [],
  "select 'delete from orders', $$drop table orders$$ as delete -- truncate": [],
  'select 1 as delete, 2 as update': [],
  'select id, total from orders': ['read table:shop.orders columns=id,total'],
  'select o.* from shop.orders as o': ['read table:shop.orders columns=*,customer_id,id,note,status,total'],
  'table lone': ['read table:shop.lone columns=*,a,b'],
  'select lone from lone': ['read table:shop.lone columns=*,a,b'],
  'select count(*) from lone': ['read table:shop.lone columns='],
  'select x.p from lone as x(p, q)': ['read table:shop.lone columns=a'],
  'select (select max(a) from lone where b = o.note) from orders o': [
    'read table:shop.orders columns=note',
    'read table:shop.lone columns=a,b',
  ],
  'select id from orders join customers using (id)': [
    'read table:shop.orders columns=id',
    'read table:shop.customers columns=id',
  ],
  'select 1 from orders natural join customers': [
    'read table:shop.orders columns=id',
    'read table:shop.customers columns=id',
  ],
  'with orders as (select a from lone) select * from orders': ['read table:shop.lone columns=a'],
  'with orders as (select a from lone) select * from shop.orders': [
    'read table:shop.lone columns=a',
    'read table:shop.orders columns=*,customer_id,id,note,status,total',
  ],
  'with recursive t(n) as (values (1) union all select n + 1 from t where n < 9) select sum(n) from t': [],
  'with a as (select * from lone), b as (select * from a) select * from b': ['read table:shop.lone columns=*,a,b'],
  'select * from open_orders': [
    'read table:shop.open_orders kind=view columns=*,id,note,total',
    'read table:shop.orders via=view columns=id,note,status,total',
  ],
  'select id from nested': [
    'read table:shop.nested kind=view columns=id',
    'read table:shop.order_mail kind=view via=view columns=id',
    'read table:shop.orders via=view columns=customer_id,id',
    'read table:shop.customers via=view columns=email,id',
  ],
  'select a from sleepy': [
    'read table:shop.sleepy kind=view columns=a',
    'execute function:pg_catalog.pg_sleep via=view',
    'read table:shop.lone via=view columns=a',
  ],
  'select total from totals': ['read table:shop.totals kind=materialized-view columns=total'],
  'select body from events where at > now()': [
    'read table:shop.events kind=partitioned-table columns=at,body',
    'read table:shop.events_2024 columns=at,body',
    'read table:shop.events_2025 columns=at,body',
  ],
  'select name from animals': ['read table:shop.animals columns=name', 'read table:shop.cats columns=name'],
  'select name from only animals': ['read table:shop.animals columns=name'],
  'select a from lone for update': ['read table:shop.lone columns=a', 'write table:shop.lone lock=update'],
  'select 1 from lone l, orders o for share of l nowait': [
    'read table:shop.lone columns=',
    'read table:shop.orders columns=',
    'write table:shop.lone lock=share',
  ],
  'select * from (select a from lone) q for no key update': [
    'read table:shop.lone columns=a',
    'write table:shop.lone lock=no key update',
  ],
  'select body from guarded': [
    'read table:shop.guarded columns=body',
    'execute function:shop.visible userDefined via=policy',
  ],
  'select id from held': ['read table:shop.held columns=id'],
  ...Object.fromEntries(
    ['update', 'no key update', 'share', 'key share'].map((lock) => [
      `select id from held for ${lock}`,
      [
        'read table:shop.held columns=id',
        `write table:shop.held lock=${lock}`,
        'execute function:shop.checked userDefined via=policy',
      ],
    ]),
  ),
  'select id from held_locked': [
    'read table:shop.held_locked kind=view columns=id',
    'read table:shop.held via=view columns=id',
    'write table:shop.held lock=update',
    'execute function:shop.checked userDefined via=policy',
  ],
  'select id from held_view for share': [
    'read table:shop.held_view kind=view columns=id',
    'read table:shop.held via=view columns=id',
    'write table:shop.held_view kind=view lock=share',
    'write table:shop.held lock=share',
    'execute function:shop.checked userDefined via=policy',
  ],
  'select * from hr.salaries': ['read table:hr.salaries columns=*,amount,person'],
  'select last_value from tickets': ['read sequence:shop.tickets columns=last_value'],
  "select relname from pg_class c where c.relkind = 'r'": ['read table:pg_catalog.pg_class columns=relkind,relname'],
  'select query from pg_stat_activity': ['read table:pg_catalog.pg_stat_activity kind=view sensitive columns=query'],
  'select rolpassword from pg_authid': ['read table:pg_catalog.pg_authid sensitive columns=rolpassword'],
  'select rolname from pg_roles': ['read table:pg_catalog.pg_roles kind=view columns=rolname'],
  'select setconfig from pg_db_role_setting': [
    'read table:pg_catalog.pg_db_role_setting sensitive columns=setconfig',
    'read setting:*',
  ],
  'select rolconfig from pg_roles': ['read table:pg_catalog.pg_roles kind=view columns=rolconfig', 'read setting:*'],
  'select u.* from pg_user u where usesysid = 1': [
    'read table:pg_catalog.pg_user kind=view columns=*,passwd,usebypassrls,useconfig,usecreatedb,usename,userepl,usesuper,usesysid,valuntil',
    'read setting:*',
  ],
  'explain select useconfig from pg_shadow': [
    'read table:pg_catalog.pg_shadow kind=view sensitive columns=useconfig',
    'read setting:*',
  ],
  'select max(last_value) from pg_sequences': [
    'read table:pg_catalog.pg_sequences kind=view columns=last_value',
    'read sequence:*',
  ],
  'select most_common_vals from pg_stats': [
    'read table:pg_catalog.pg_stats kind=view sensitive columns=most_common_vals',
  ],
  'select column_name from information_schema.columns': [
    'read table:information_schema.columns kind=view columns=column_name',
  ],
  'show search_path': [],
  'show app.secret': ['read setting:app.secret'],
  'explain delete from lone': ['read table:shop.lone'],
  "explain (analyze false) update items set sku = 'x' where order_id = 1": [
    'read table:shop.items columns=order_id,sku',
  ],
  "explain select nextval('tickets')": [],
  "explain select a from lone where a = current_setting('app.token')::integer": [
    'read table:shop.lone columns=a',
    'read setting:app.token',
  ],
  "prepare asked as select current_setting('app.token')": [],
  // What the planner may evaluate counts as run.
  'explain update lone set a = 1': [
    'write table:shop.lone unbounded columns=a',
    'execute function:shop.checked userDefined via=check',
  ],
}

const computed = 'execute function:shop.constant userDefined via=plan'

/** What the planner computes of what is stored with a table; `sometimes` is not immutable. */
export const planning: Cases = {
  'select b from folded': ['read table:shop.folded columns=b', 'read table:shop.folded_child columns=b', computed],
  'select b from only folded': ['read table:shop.folded columns=b', computed],
  'select b from folded_child': ['read table:shop.folded_child columns=b', computed],
  'select a from unfolded where b is not null': ['read table:shop.unfolded columns=a,b'],
  'select from inlined': [
    'read table:shop.inlined columns=',
    computed,
    'execute function:shop.picked userDefined via=plan',
  ],
  'select at from folded_days': [
    'read table:shop.folded_days kind=partitioned-table columns=at',
    'read table:shop.folded_days_rest columns=at',
    computed,
  ],
  'select at from folded_days_rest': ['read table:shop.folded_days_rest columns=at', computed],
  'delete from only folded': ['delete table:shop.folded unbounded', computed],
  'insert into refers values (1)': ['write table:shop.refers columns=a', computed],
  'explain select b from only folded': ['read table:shop.folded columns=b', computed],
  'copy (select a from only folded) to stdout': ['read table:shop.folded columns=a', computed],
}

export const changes: Cases = {
  "insert into lone values (1, 'x')": [
    'write table:shop.lone columns=a,b',
    'execute function:shop.checked userDefined via=check',
  ],
  'insert into items (sku) values (1)': ['write table:shop.items columns=sku'],
  'insert into items select 1, b, a from lone': [
    'read table:shop.lone columns=a,b',
    'write table:shop.items columns=amount,order_id,sku',
  ],
  'insert into items (sku) values (1) returning amount': [
    'write table:shop.items columns=sku',
    'read table:shop.items columns=amount',
  ],
  'insert into customers (email) values (1) on conflict do nothing': [
    'write table:shop.customers columns=email',
    'read table:shop.customers columns=',
  ],
  'insert into customers as c (email) values (1) on conflict (id) do update set name = excluded.name where c.vip': [
    'write table:shop.customers columns=email,name',
    'read table:shop.customers columns=id,vip',
  ],
  "insert into drawn (b) values ('x')": ['write table:shop.drawn columns=b', 'write sequence:shop.tickets via=default'],
  'insert into with_default (id) values (1)': [
    'write table:shop.with_default columns=id',
    'execute function:shop.secret_default userDefined via=default',
  ],
  'insert into stock (sku, amount) values (1, 2)': [
    'write table:shop.stock columns=amount,sku',
    'execute function:shop.checked userDefined via=type',
  ],
  'insert into events values (1)': [
    'write table:shop.events kind=partitioned-table columns=at,body,id',
    'write table:shop.events_2024 columns=at,body,id',
    'write table:shop.events_2025 columns=at,body,id',
  ],
  'insert into animals values (1)': ['write table:shop.animals columns=name'],
  "update items set sku = 'x' where order_id = 1": [
    'write table:shop.items columns=sku',
    'read table:shop.items columns=order_id',
  ],
  'update items set sku = sku || sku': [
    'write table:shop.items unbounded columns=sku',
    'read table:shop.items columns=sku',
  ],
  'update orders set status = 1 where id = 1': [
    'write table:shop.orders columns=status',
    'read table:shop.orders columns=id',
  ],
  'update orders set total = 1 where id = 1': [
    'write table:shop.orders columns=total',
    'execute function:shop.noted userDefined via=trigger',
    'read table:shop.orders columns=id',
  ],
  'update items set amount = o.total from orders o where o.id = order_id': [
    'read table:shop.orders columns=id,total',
    'write table:shop.items columns=amount',
    'read table:shop.items columns=order_id',
  ],
  "update animals set name = 'x' where name = 'y'": [
    'write table:shop.animals columns=name',
    'write table:shop.cats columns=name',
    'read table:shop.animals columns=name',
    'read table:shop.cats columns=name',
  ],
  'delete from items where order_id = 1': ['delete table:shop.items', 'read table:shop.items columns=order_id'],
  'delete from items': ['delete table:shop.items unbounded'],
  'delete from items using orders o where o.id = items.order_id returning items.sku': [
    'read table:shop.orders columns=id',
    'delete table:shop.items',
    'read table:shop.items columns=order_id,sku',
  ],
  'delete from customers where id = 1': [
    'delete table:shop.customers',
    'read table:shop.orders via=foreign-key columns=customer_id',
    'delete table:shop.orders via=foreign-key',
    'execute function:shop.noted userDefined via=trigger',
    'read table:shop.items via=foreign-key columns=order_id',
    'delete table:shop.items via=foreign-key',
    'read table:shop.customers columns=id',
  ],
  'update customers set id = 2 where id = 1': [
    'write table:shop.customers columns=id',
    'read table:shop.orders via=foreign-key columns=customer_id',
    'write table:shop.orders via=foreign-key columns=customer_id',
    'read table:shop.customers columns=id',
  ],
  'delete from open_orders where id = 1': [
    'delete table:shop.open_orders kind=view',
    'read table:shop.orders via=view columns=id,note,status,total',
    'delete table:shop.orders via=view',
    'execute function:shop.noted userDefined via=trigger',
    'read table:shop.items via=foreign-key columns=order_id',
    'delete table:shop.items via=foreign-key',
    'read table:shop.open_orders kind=view columns=id',
  ],
  'delete from by_trigger': [
    'delete table:shop.by_trigger kind=view unbounded',
    'execute function:shop.instead userDefined via=trigger',
    'read table:shop.by_trigger kind=view via=trigger columns=*,a,b',
    'read table:shop.lone via=view columns=a,b',
  ],
  "update by_trigger set b = 'x'": [
    'write table:shop.by_trigger kind=view unbounded columns=b',
    'execute function:shop.instead userDefined via=trigger',
    'read table:shop.by_trigger kind=view via=trigger columns=*,a,b',
    'read table:shop.lone via=view columns=a,b',
  ],
  'insert into by_trigger values (1)': [
    'write table:shop.by_trigger kind=view columns=a,b',
    'execute function:shop.instead userDefined via=trigger',
  ],
  "insert into ruled values (1, 'x')": [
    'write table:shop.ruled columns=b,id',
    'read table:shop.audit_log via=rule columns=*,at,what',
    'write table:shop.audit_log via=rule columns=at,what',
  ],
  'delete from ruled': [
    'delete table:shop.ruled unbounded',
    'read table:shop.lone via=rule columns=*,a,b',
    'write table:shop.lone via=rule unbounded columns=a,b',
    'execute function:shop.checked userDefined via=check',
    // The rule's own table stands in every rule for its old and new rows: taken to be read and changed, too.
    'read table:shop.ruled via=rule columns=*,b,id',
    'write table:shop.ruled via=rule unbounded columns=b,id',
  ],
  'update telling set id = 1 where id = 2': [
    'write table:shop.telling columns=id',
    'opaque statement:rule reason=a rule runs a command',
    'read table:shop.telling columns=*,id',
  ],
  'with gone as (delete from items returning sku) select * from gone': [
    'delete table:shop.items unbounded',
    'read table:shop.items columns=sku',
  ],
  'merge into items i using lone l on l.a = i.order_id when matched and l.b is null then delete when matched then update set sku = l.b when not matched then insert (sku) values (l.b)':
    [
      'read table:shop.lone columns=a,b',
      'delete table:shop.items',
      'write table:shop.items columns=sku',
      'read table:shop.items columns=order_id',
    ],
  'truncate lone': ['delete table:shop.lone unbounded', 'execute function:shop.noted userDefined via=trigger'],
  'truncate orders restart identity cascade': [
    'delete table:shop.orders unbounded cascade',
    'write sequence:shop.orders_id_seq',
    'delete table:shop.items via=foreign-key unbounded cascade',
  ],
  'select * into copied from lone': [
    'define table:shop.copied object=table',
    'write table:shop.copied',
    'read table:shop.lone columns=*,a,b',
  ],
  'create temp table scratch as select a from lone': [
    'define table:pg_temp.scratch object=table',
    'write table:pg_temp.scratch',
    'read table:shop.lone columns=a',
  ],
  'refresh materialized view totals': [
    'write table:shop.totals kind=materialized-view',
    'define table:shop.totals maintenance=refresh',
    'read table:shop.orders via=view columns=*,customer_id,id,note,status,total',
  ],
  'explain analyze delete from items': ['delete table:shop.items unbounded'],
  'explain (analyze true, costs off) delete from items': ['delete table:shop.items unbounded'],
  'update pg_class set relname = 1 where oid = 1': [
    'write table:pg_catalog.pg_class sensitive columns=relname',
    'opaque statement:catalog reason=changes the system catalog',
    'read table:pg_catalog.pg_class columns=oid',
  ],
  "update pg_settings set setting = 'x' where name = 'y'": [
    'write table:pg_catalog.pg_settings kind=view sensitive columns=setting',
    'session setting:*',
    'read table:pg_catalog.pg_settings kind=view columns=name',
  ],
}

const refund = 'execute function:shop.refund userDefined'
const readLone = (columns: string): string => `read table:shop.lone columns=${columns}`

/** One call in every place that holds an expression. */
export const containers: Cases = {
  'select refund(1)': [refund],
  'select * from refund(1)': [refund],
  'select * from rows from (refund(1), generate_series(1, 2))': [refund],
  'values ((select refund(1)))': [refund],
  'select 1 order by (select refund(1))': [refund],
  'select 1 limit (select refund(1) is null)::int': [refund],
  'select 1 offset (select 1 from refund(1))': [refund],
  'select count(*) filter (where refund(1) is null)': [refund],
  'select sum(1) over (partition by refund(1))': [refund],
  'select sum(1) over w from lone window w as (order by refund(a))': [refund, readLone('a')],
  'select 1 from lone tablesample bernoulli ((select 1 from refund(1)))': [readLone(''), refund],
  "select * from xmltable('/a' passing '<a/>' columns x text default (select refund(1)))": [refund],
  'select 1 group by grouping sets ((refund(1)), ())': [refund],
  'select 1 having refund(1) is null': [refund],
  'select case when true then refund(1) end': [refund],
  'select array[refund(1)]': [refund],
  'select (array[1])[(select 1 from refund(1))]': [refund],
  'select row(refund(1))': [refund],
  'select coalesce(null, refund(1))': [refund],
  "select json_object('a': refund(1)::text)": [refund],
  "select json_value('{}', '$.a' default (select refund(1)::text) on empty)": [refund],
  "select * from json_table('[]', '$' columns (a integer path '$' default (select 1 from refund(1)) on empty))": [
    refund,
  ],
  'select 1 where exists (select refund(1))': [refund],
  'select 1 = any (select 1 from refund(1))': [refund],
  'select distinct on (refund(1)) 1': [refund],
  'select 1 union all select 2 from refund(1)': [refund],
  'with x as materialized (select refund(1)) select 1': [refund],
  'select l from lone l, lateral refund(l.a)': [refund, readLone('*,a,b')],
  'select 1 from lone a join lone b on refund(a.a) is null': [readLone('a'), refund],
  'explain select refund(1)': [refund],
  'insert into audit_log (what) select 1 from refund(1)': [refund, 'write table:shop.audit_log columns=what'],
  'delete from items where order_id = 1 returning refund(1)': [
    'delete table:shop.items',
    refund,
    'read table:shop.items columns=order_id',
  ],
  'call settle((select 1 from refund(1)))': [refund, 'execute function:shop.settle userDefined procedure'],
  'execute known((select 1 from refund(1)))': [refund, 'opaque statement:execute reason=unknown prepared statement'],
  'declare c cursor for select refund(1)': [refund],
  'copy (select refund(1)) to stdout': [refund],
}

export const functions: Cases = {
  'select now(), lower(note), random(), gen_random_uuid() from orders': ['read table:shop.orders columns=note'],
  "select has_table_privilege('orders', 'delete')": [],
  'select customers.label from customers': [
    'read table:shop.customers columns=*,email,id,name,vip',
    'execute function:shop.label userDefined',
  ],
  'select (c).label from customers c': [
    'read table:shop.customers columns=*,email,id,name,vip',
    'execute function:shop.label userDefined',
  ],
  'select label(c) from customers c': [
    'read table:shop.customers columns=*,email,id,name,vip',
    'execute function:shop.label userDefined',
  ],
  'select upper(name) from customers': [
    'read table:shop.customers columns=name',
    'execute function:shop.upper userDefined',
  ],
  'select upper(email) from customers': ['read table:shop.customers columns=email'],
  'select pg_catalog.upper(name) from customers': ['read table:shop.customers columns=name'],
  'select total_of(a) from lone': ['read table:shop.lone columns=a', 'execute function:shop.total_of userDefined'],
  'select mode() within group (order by a) from lone': ['read table:shop.lone columns=a'],
  'select stamped()': ['execute function:shop.stamped userDefined securityDefiner'],
  'select (0.1::float8).pg_sleep': ['execute function:pg_catalog.pg_sleep'],
  "select nextval('tickets'), setval('hr.badge', 3)": ['write sequence:shop.tickets', 'write sequence:hr.badge'],
  'select nextval($1)': ['write sequence:*'],
  "select nextval('tickets'::text::regclass)": ['write sequence:shop.tickets'],
  "select nextval('tickets_more'::varchar(7)::regclass)": ['write sequence:*'],
  "select nextval('tickets'::name)": ['write sequence:*'],
  "select query_to_xml('delete from orders', true, true, '')": [
    'opaque statement:function reason=query_to_xml runs or reads what its arguments name',
  ],
  "select table_to_xml('hr.salaries', true, true, '')": [
    'opaque statement:function reason=table_to_xml runs or reads what its arguments name',
  ],
  "select ts_stat('select 1')": ['opaque statement:function reason=ts_stat runs or reads what its arguments name'],
  "select ts_rewrite('a'::tsquery, 'select 1')": [
    'opaque statement:function reason=ts_rewrite runs or reads what its arguments name',
  ],
  "select ts_rewrite('a'::tsquery, 'a'::tsquery, 'b'::tsquery)": [],
  "select set_config('search_path', 'evil', false)": ['session setting:search_path'],
  "select set_config('statement_timeout', '5s', false)": [],
  'select set_config($1, $2, false)': ['session setting:*'],
  "select set_config('search_path_of_mine'::varchar(11), 'evil', false)": ['session setting:*'],
  "select pg_notify('news_of_mine'::char(4), 'x')": ['write channel:* sensitive'],
  "select current_setting('timezone'), current_setting('app.token')": ['read setting:app.token'],
  "select pg_notify('news', 'x')": ['write channel:news sensitive'],
  'select pg_advisory_lock(1), pg_try_advisory_xact_lock(2)': ['execute lock:advisory sensitive'],
  'select pg_terminate_backend(1)': ['execute function:pg_catalog.pg_terminate_backend sensitive'],
  "select pg_read_file('postgresql.conf')": ['transfer file:server sensitive direction=out'],
  'select lo_from_bytea(0, $1)': ['write largeobject:* sensitive'],
  'select lo_unlink(4)': ['delete largeobject:* sensitive'],
  "select lo_export(4, '/tmp/x')": ['read largeobject:* sensitive', 'transfer file:server sensitive direction=out'],
  'select * from pg_stat_get_activity(null)': ['read table:pg_catalog.pg_stat_activity sensitive'],
  'select txid_current()': ['execute function:pg_catalog.txid_current'],
  "select pg_input_is_valid('1', 'quantity')": [
    'opaque statement:function reason=pg_input_is_valid may run the checks of a user-defined type',
  ],
  "select pg_table_size('orders'), pg_get_viewdef('open_orders'::regclass)": [],
}

export const typesAndOperators: Cases = {
  'select 1 = 1, 1 + 1': [],
  'select id from prices where price = $1': [
    'read table:shop.prices columns=id,price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select id from prices where id = 1': ['read table:shop.prices columns=id'],
  'select id from prices where price in ($1, $2)': [
    'read table:shop.prices columns=id,price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select 1 from prices p join prices q using (price)': [
    'read table:shop.prices columns=price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'with q as (select id, price from prices) select 1 from q where id = 1': ['read table:shop.prices columns=id,price'],
  'with q as (select * from prices) select 1 from q where price = $1': [
    'read table:shop.prices columns=*,id,price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select 1 from (select id as x from prices union select 2) q where x = 1': ['read table:shop.prices columns=id'],
  'select 1 from (select id as x from prices union select null) q where x = 1': ['read table:shop.prices columns=id'],
  'select 1 from (values (1), (2)) v(x) where x = 3': [],
  'select 1 from lone where b = any (array[b, b])': ['read table:shop.lone columns=b'],
  'select 1 from lone l join (select a, b from lone) k using (a)': ['read table:shop.lone columns=a,b'],
  'select case price when null then 1 end from prices': [
    'read table:shop.prices columns=price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select nullif(price, price) from prices': [
    'read table:shop.prices columns=price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select a || a from lone': [
    'read table:shop.lone columns=a',
    'execute function:shop.concat_all userDefined via=operator',
  ],
  'select b || b from lone': ['read table:shop.lone columns=b'],
  'select a operator(pg_catalog.||) b from lone': ['read table:shop.lone columns=a,b'],
  'select 3::quantity': ['execute function:shop.checked userDefined via=type'],
  "select '{3}'::quantity[]": ['execute function:shop.checked userDefined via=type'],
  "select jsonb_populate_record(null::pair, '{}')": ['execute function:shop.checked userDefined via=type'],
  "select * from json_to_record('{}') as x(a quantity)": ['execute function:shop.checked userDefined via=type'],
  'select 3::plain_number': [],
  'select note::money_ from orders': [
    'read table:shop.orders columns=note',
    'execute function:shop.to_money userDefined via=cast',
  ],
  // No call makes a row, and this one has no other meaning.
  'select money_(note) from orders': [
    'read table:shop.orders columns=note',
    'opaque statement:function reason=unknown function',
  ],
  'select quantity(3)': ['execute function:shop.checked userDefined via=type'],
  "select '(1)'::money_": [],
  'select id::text from orders': ['read table:shop.orders columns=id'],
}

export const transfers: Cases = {
  'copy lone from stdin': [
    'transfer stream:client direction=in payload=unbound',
    'write table:shop.lone payload=unbound columns=a,b',
    'execute function:shop.checked userDefined via=check',
  ],
  "copy items (sku) from '/tmp/x'": [
    'transfer file:server direction=in sensitive',
    'write table:shop.items columns=sku',
  ],
  "copy items from program 'curl x'": [
    'transfer program:server direction=in sensitive',
    'write table:shop.items columns=amount,order_id,sku',
  ],
  'copy items (sku) to stdout': ['read table:shop.items columns=sku'],
  "copy items to '/tmp/x'": [
    'transfer file:server direction=out sensitive',
    'read table:shop.items columns=amount,order_id,sku',
  ],
  "copy (delete from items returning sku) to program 'x'": [
    'transfer program:server direction=out sensitive',
    'delete table:shop.items unbounded',
    'read table:shop.items columns=sku',
  ],
}

export const session: Cases = {
  'begin; commit': [],
  'set search_path = evil': ['session setting:search_path'],
  'set local role dba': ['session setting:role'],
  'set session authorization dba': ['session setting:session_authorization'],
  'set transaction read write': ['session setting:transaction'],
  'set session characteristics as transaction read only': ['session setting:session_characteristics'],
  "set statement_timeout = '5s'": [],
  "set time zone 'UTC'": [],
  'select pg_current_wal_lsn()': [],
  'select * from pg_control_checkpoint()': ['execute function:pg_catalog.pg_control_checkpoint sensitive'],
  "set names 'utf8'": ['session setting:client_encoding'],
  'set standard_conforming_strings = off': ['session setting:standard_conforming_strings'],
  'reset role': ['session setting:role'],
  'reset all': ['session setting:*'],
  'discard all': ['session setting:*'],
  'discard plans': [],
  'set constraints all deferred': ['session setting:constraints'],
  'listen news': ['read channel:news'],
  "notify news, 'x'": ['write channel:news sensitive'],
  'unlisten *': ['read channel:*'],
  'unlisten news': ['read channel:news'],
  'lock table lone': ['write table:shop.lone lock=access exclusive'],
  'lock table lone in access share mode': ['read table:shop.lone lock=access share'],
  "prepare transaction 'x'": ['execute transaction:x sensitive verb=prepare'],
  "commit prepared 'x'": ['execute transaction:x sensitive verb=commit-prepared'],
  'prepare p as delete from items': ['read table:shop.items'],
  'prepare p as delete from items; execute p': ['delete table:shop.items unbounded', 'read table:shop.items'],
  'fetch c': ['opaque statement:fetch reason=unknown cursor'],
  'declare c cursor for select a from lone; fetch c; close c': ['read table:shop.lone columns=a'],
  'do $$ begin end $$': ['opaque statement:do reason=runs code that is not SQL'],
  'call settle(1)': ['execute function:shop.settle userDefined procedure'],
  checkpoint: ['execute server:checkpoint sensitive'],
}

export const definitions: Cases = {
  'create table fresh (id int)': ['define table:shop.fresh'],
  'create table hr.fresh (id int references shop.orders)': [
    'define table:hr.fresh',
    'define table:shop.orders object=foreign-key',
    'read table:shop.orders via=define columns=id',
  ],
  'create temp table t (id int)': ['define table:pg_temp.t'],
  'create index on lone (checked(a)) where upper(b::varchar) is null': [
    'define table:shop.lone object=index',
    'execute function:shop.checked userDefined',
    'execute function:shop.upper userDefined',
    'read table:shop.lone via=define columns=a,b',
  ],
  'alter table items add column x int default secret_default()': [
    'define table:shop.items rewrite',
    'execute function:shop.secret_default userDefined',
  ],
  'alter table items owner to dba': ['grant table:shop.items object=owner grantees=dba'],
  'alter table items owner to dba, owner to current_user': [
    'grant table:shop.items object=owner grantees=dba',
    'grant table:shop.items object=owner grantees=agent',
  ],
  'create publication p for table items (sku) where (amount > 1), only lone': [
    'define publication:p',
    'read table:shop.items via=define columns=amount,sku',
    'read table:shop.lone via=define columns=*,a,b',
  ],
  'create publication p for table events': [
    'define publication:p',
    'read table:shop.events kind=partitioned-table via=define columns=*,at,body,id',
    'read table:shop.events_2024 via=define columns=*,at,body,id',
    'read table:shop.events_2025 via=define columns=*,at,body,id',
  ],
  'create publication p for tables in schema hr': [
    'define publication:p',
    'read table:hr.* via=define columns=*',
    'read table:hr.salaries via=define columns=*,amount,person',
  ],
  'alter publication p add table hr.salaries': [
    'define publication:p',
    'read table:hr.salaries via=define columns=*,amount,person',
  ],
  'alter publication p drop table hr.salaries, tables in schema hr': ['define publication:p'],
  'alter table items disable row level security': ['grant table:shop.items object=row-security'],
  'alter index lone_checked rename to x': ['define table:shop.lone object=index'],
  'alter table items rename column sku to x': ['define table:shop.items columns=sku,x'],
  'alter table lone set schema hr': ['define table:shop.lone', 'define table:hr.lone'],
  'alter table lone rename to "a.b"': ['define table:shop.lone', 'define table:shop."a.b"'],
  'alter function refund(integer) rename to lower': ['define function:shop.refund', 'define function:shop.lower'],
  'alter schema hr rename to public': ['define schema:hr', 'define schema:public'],
  'drop table items, hr.salaries cascade': [
    'define table:shop.items drop cascade',
    'define table:hr.salaries drop cascade',
  ],
  'drop table if exists nowhere': ['define table:shop.nowhere drop', 'define table:public.nowhere drop'],
  'drop view open_orders': ['define table:shop.open_orders object=view drop'],
  'drop function refund(integer)': ['define function:shop.refund drop'],
  'drop type pair': ['define type:shop.pair drop'],
  'drop schema hr cascade': ['define schema:hr drop cascade'],
  'drop trigger orders_noted on orders': ['define table:shop.orders object=trigger drop'],
  'create view v as select 1': ['define table:shop.v kind=view'],
  'create function f() returns int language sql as $$ delete from orders $$': ['define function:shop.f language=sql'],
  'create trigger t before insert on lone for each row execute function noted()': [
    'define table:shop.lone object=trigger',
  ],
  'create rule r as on insert to lone do nothing': ['define table:shop.lone object=rule'],
  'create policy p on lone using (true)': ['grant table:shop.lone object=policy'],
  'create extension dblink': ['define extension:dblink sensitive'],
  'create server s foreign data wrapper w': ['define server:s sensitive'],
  'create schema x create table y (id int)': ['define schema:x', 'define table:x.y'],
  "comment on column lone.a is 'x'": ['define table:shop.lone object=column'],
  "comment on table hr.salaries is 'x'": ['define table:hr.salaries'],
  "alter system set work_mem = '1GB'": ['define setting:work_mem object=system sensitive'],
  "load 'x'": ['execute library:x sensitive'],
  'vacuum full lone': [
    'define table:shop.lone maintenance=vacuum full',
    'execute function:shop.checked userDefined via=index',
  ],
  'analyze items': ['define table:shop.items maintenance=analyze'],
  'vacuum events': [
    'define table:shop.events maintenance=vacuum',
    'define table:shop.events_2024 maintenance=vacuum',
    'define table:shop.events_2025 maintenance=vacuum',
  ],
  'alter table events add column x int': [
    'define table:shop.events rewrite',
    'define table:shop.events_2024 object=child',
    'define table:shop.events_2025 object=child',
  ],
  'alter table only animals drop column name': ['define table:shop.animals drop'],
  'drop table events': [
    'define table:shop.events drop',
    'define table:shop.events_2024 drop',
    'define table:shop.events_2025 drop',
  ],
  'alter table lone validate constraint x': [
    'define table:shop.lone',
    'execute function:shop.checked userDefined via=check',
    'read table:shop.lone via=define columns=*,a,b',
  ],
  'alter table stock add exclude using gist (amount with =)': [
    'define table:shop.stock',
    'execute function:shop.same_money userDefined via=operator',
    'read table:shop.stock via=define columns=amount',
  ],
  'alter domain quantity validate constraint x': [
    'define type:shop.quantity',
    'execute function:shop.checked userDefined via=type',
    'read table:shop.stock via=define columns=amount',
  ],
  'reindex index lone_checked': [
    'define table:shop.lone maintenance=reindex',
    'execute function:shop.checked userDefined via=index',
  ],
}

export const grants: Cases = {
  'grant select (email), insert on customers to bob, public': ['grant table:shop.customers grantees=bob,public'],
  'revoke all on schema hr from bob': ['grant schema:hr revoke grantees=bob'],
  'grant select on all tables in schema hr to bob': ['grant table:hr.* grantees=bob'],
  'grant execute on function refund(int) to bob': ['grant function:shop.refund grantees=bob'],
  'grant dba to eve, bob, eve': ['grant role:dba grantees=bob,eve'],
  'grant select on items to bob; revoke select on items from eve': [
    'grant table:shop.items grantees=bob',
    'opaque statement:script reason=an earlier statement of the text may change what names mean',
    'grant table:shop.items revoke grantees=eve',
  ],
  'grant dba to bob': ['grant role:dba grantees=bob'],
  'alter default privileges in schema hr grant select on tables to bob': [
    'grant schema:hr object=default-privileges grantees=bob',
  ],
  "create role x login password 'secret'": ['grant role:x'],
  'alter role current_user superuser': ['grant role:agent'],
  "alter role bob set search_path = 'x'": ['grant role:bob object=setting setting=search_path'],
  'drop role a, b': ['grant role:a', 'grant role:b'],
  'drop owned by bob': ['grant role:bob object=owned', 'define role:bob object=owned drop'],
  'reassign owned by bob to dba': ['grant role:bob object=owned grantees=dba'],
  "security label on table lone is 'x'": ['grant table:shop.lone object=security-label'],
  'alter function refund(int) owner to bob': ['grant function:shop.refund object=owner grantees=bob'],
}

export const scripts: Cases = {
  '': [],
  ';;': [],
  'select a from lone; delete from items where order_id = 1': [
    'read table:shop.lone columns=a',
    'delete table:shop.items',
    'read table:shop.items columns=order_id',
  ],
  'begin; update items set sku = 1 where order_id = 2; commit': [
    'write table:shop.items columns=sku',
    'read table:shop.items columns=order_id',
  ],
  'set search_path = evil; select a from lone': [
    'session setting:search_path',
    'opaque statement:script reason=an earlier statement of the text may change what names mean',
    'read table:shop.lone columns=a',
  ],
  'create function lower(varchar) returns text language sql as $$select 1$$; select lower(name) from customers': [
    'define function:shop.lower language=sql',
    'opaque statement:script reason=an earlier statement of the text may change what names mean',
    'read table:shop.customers columns=name',
  ],
}

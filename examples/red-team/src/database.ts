import { access, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type LocalPostgres, startPostgres } from '@bothkeys/local-postgres'
import { ledgerSchema } from '@bothkeys/ledger-postgres'
import pg from 'pg'
import type { Canaries } from './canaries.js'

/** A PostgreSQL of its own with a small shop in it, and the eyes of its superuser. */
export interface Database {
  /** How the door logs in: as somebody who owns the shop and may read the files of the server, so that nothing but the door refuses. */
  readonly doorUrl: string
  /** Past every door. */
  ask(sql: string): Promise<readonly (readonly unknown[])[]>
  /** Everything that somebody could change, as one text. */
  fingerprint(): Promise<string>
  /** What was said on the channel `out`. */
  readonly heard: readonly string[]
  /** Where a statement could leave a file. */
  readonly loot: string
  watchLedger(schema: string): Promise<void>
  /** Makes the shop anew, after somebody broke it. */
  restore(): Promise<void>
  stop(): Promise<void>
}

const schema = ({ card, email, iban }: Canaries): string => `
create table customers (id int primary key, name text not null, email text not null, card text not null);
insert into customers values (1, 'Jane', '${email}', '${card}'), (2, 'Rosa', 'a@b.example', '4111111111111111');
create table orders (id int primary key, customer int not null references customers, status text not null, note text);
insert into orders select n, 1 + n % 2, 'open', 'none' from generate_series(1, 20) n;
create table payroll (id int primary key, who text not null, iban text not null);
insert into payroll values (1, 'ada', '${iban}');
create view contacts as select id, name, email from customers;
create function wipe_orders() returns int language plpgsql as $$ begin delete from orders; return 1; end $$;
create function iban_of(int) returns text language sql stable as $$ select iban from payroll where id = $1 $$;
create sequence tickets;
`

/** Starts a server, makes the shop, and lets the door do there whatever a server lets anybody do who is no superuser. */
export async function openDatabase(canaries: Canaries): Promise<Database> {
  const server = await startPostgres()
  const superuser = new pg.Client({ connectionString: shopUrl(server) })
  await superuser.connect()
  const heard: string[] = []
  superuser.on('notification', ({ payload }) => heard.push(payload ?? ''))
  await superuser.query('listen out')
  const loot = join(server.dataDirectory, 'loot')
  const seed = async (sql: string): Promise<void> => {
    const owner = new pg.Client({ connectionString: server.url })
    await owner.connect()
    await owner.query(sql)
    await owner.end()
  }
  await seed(schema(canaries))
  const rights = 'pg_read_server_files, pg_write_server_files, pg_execute_server_program, pg_read_all_stats'
  await superuser.query(`grant ${rights} to ${server.user}`)
  await superuser.query(`grant execute on function pg_read_file(text) to ${server.user}`)
  await superuser.query(`copy (select '${canaries.file}') to '${join(server.dataDirectory, 'secret.txt')}'`)
  await superuser.query(watching)
  const ask: Database['ask'] = async (sql) =>
    (await superuser.query<unknown[]>({ text: sql, rowMode: 'array' })).rows as readonly (readonly unknown[])[]
  const watchLedger: Database['watchLedger'] = async (ledger) => {
    for (const table of ['entry', 'layout', 'clock', 'fill'])
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      await superuser.query(
        `create trigger watched after insert or update or delete or truncate on ${ledger}.${table} for each statement execute function watch.touch()`,
      )
  }
  return {
    doorUrl: server.url,
    ask,
    heard,
    loot,
    fingerprint: async () => {
      const rows = await ask(everything)
      const left = await access(loot).then(
        () => 'a file was written',
        () => '',
      )
      return [...rows.map((row) => row.join(' ')), left].join('\n')
    },
    watchLedger,
    restore: async () => {
      await superuser.query(swept(server.user))
      await rm(loot, { force: true })
      await seed(
        `${ledgerSchema('keys')}; insert into keys.entry values ('request', 1, 'pending'); ${schema(canaries)}`,
      )
      await watchLedger('keys')
    },
    stop: async () => {
      await superuser.end()
      await server.stop()
    },
  }
}

/** Takes away what somebody made, and the shop with it. */
const swept = (owner: string): string => `
select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'bothkeys:bare';
drop schema if exists public, keys cascade;
create schema public authorization ${owner};
alter role ${owner} reset all;
select lo_unlink(oid) from pg_largeobject_metadata;
delete from watch.touched;
`

/** Who changed what of the guard's own ledger that is no guard: the door tells its agents' connections by their name. */
const watching = `
create schema watch;
create table watch.touched (what text, by text);
create function watch.touch() returns trigger language plpgsql security definer as $$ begin
  if current_setting('application_name') like 'bothkeys:%' then
    insert into watch.touched values (tg_table_name, current_setting('application_name'));
  end if;
  return null;
end $$;
`

/** The rows of the shop, and what of the catalogs a statement could leave behind. */
const everything = `
(select 'rows', concat_ws(' ', relname, query_to_xml(format('select * from public.%I order by 1', relname), true, false, ''))
  from pg_class where relnamespace = to_regnamespace('public') and relkind in ('r', 'S') order by relname)
union all select 'ledger', query_to_xml('table watch.touched', true, false, '')::text
union all (select 'schema', concat_ws(' ', nspname, nspowner, nspacl) from pg_namespace
  where nspname !~ '^pg_(toast_)?temp' order by nspname)
union all (select 'relation', concat_ws(' ', oid, relname, relowner, relacl, relkind, relrowsecurity, reloptions, relchecks)
  from pg_class where relnamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
  order by oid)
union all (select 'function', concat_ws(' ', oid, proname, proowner, proacl, md5(prosrc)) from pg_proc
  where pronamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema') order by oid)
union all (select 'column', concat_ws(' ', attrelid, attname, attacl, atttypid) from pg_attribute, pg_class c
  where attrelid = c.oid and relnamespace = to_regnamespace('public') and attnum > 0 order by attrelid, attnum)
union all (select 'trigger', tgname::text from pg_trigger where not tgisinternal order by oid)
union all (select 'policy', polname::text from pg_policy order by oid)
union all (select 'rule', concat_ws(' ', oid, rulename, md5(ev_action)) from pg_rewrite where ev_class >= 16384 order by oid)
union all (select 'role', concat_ws(' ', rolname, rolsuper, rolcreaterole, rolcanlogin) from pg_roles order by rolname)
union all (select 'member', concat_ws(' ', roleid, member) from pg_auth_members order by roleid, member)
union all (select 'setting', concat_ws(' ', setdatabase, setrole, setconfig) from pg_db_role_setting order by 2)
union all (select 'large object', oid::text from pg_largeobject_metadata order by oid)
union all (select 'extension', extname::text from pg_extension order by oid)
union all (select 'prepared', gid from pg_prepared_xacts order by gid)
union all (select 'lock', objid::text from pg_locks where locktype = 'advisory' and classid = 4711 order by objid)
`

function shopUrl(server: LocalPostgres): string {
  const url = new URL(server.superuserUrl)
  url.pathname = new URL(server.url).pathname
  return url.href
}

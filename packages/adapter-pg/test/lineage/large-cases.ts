/** A call of itself so many times is total, and so many times more is not. */
type Nested = readonly [call: (value: string) => string, few: number, many: number]

const growing: readonly Nested[] = [
  [(value) => `replace(${value}, 'a', '${'a'.repeat(11)}')`, 1, 2],
  [(value) => `replace(${value}, 'é', 'é€€€€€€€')`, 1, 2],
  [(value) => `quote_literal(${value})`, 6, 7],
  [(value) => `quote_nullable(${value}::varchar)`, 6, 7],
  [(value) => `quote_ident(${value})`, 6, 7],
  [(value) => `format('%L', ${value})`, 6, 7],
  // The constant may be all that is long.
  [(value) => `array_to_string(string_to_array(${value}, 'a'), 'a;')`, 1, 2],
  [(value) => `array_to_string(string_to_array(${value}, 'a'), '', 'a')`, 1, 2],
  [(value) => `to_json(${value}::text)`, 2, 3],
  [(value) => `to_json(${value}::varchar)::text`, 2, 3],
  [(value) => `concat(to_jsonb(${value}))`, 2, 3],
  [(value) => `ARRAY[${value}]::text`, 6, 8],
  [(value) => `concat(ARRAY[${value}])`, 6, 8],
  [(value) => `ROW(${value})`, 6, 8],
  [(value) => `upper(${value})`, 3, 4],
  [(value) => `translate(${value}, 'ab', '-€')`, 3, 4],
  [(value) => `array_to_string(ARRAY[${value}], '', 'aaaaa')`, 1, 2],
  [(value) => `array_to_string(ARRAY[${value}], 'nine more')`, 1, 2],
]

const nested = ([call]: Nested, levels: number): string =>
  `SELECT ${Array.from({ length: levels }).reduce<string>((value) => call(value), 'email')} FROM customers`

const many = (count: number, value: string): string => Array.from({ length: count }, () => value).join(', ')
const refused = 'customers.email > customers.email'
const joinedMany = (count: number): string => `concat(${many(count, 'email')})`

/** What is made of so few values has room while it is worked out, and of so many it has none. */
const working: readonly (readonly [made: (count: number) => string, few: number, many: number])[] = [
  [(count) => `lower(${joinedMany(count)})`, 24, 26],
  [(count) => `initcap(${joinedMany(count)})`, 24, 26],
  [(count) => `translate(${joinedMany(count)}, 'ab', 'x')`, 24, 26],
  [(count) => `btrim(${joinedMany(count)})`, 12, 13],
  [(count) => `ltrim(${joinedMany(count)}, 'xy')`, 12, 13],
  [(count) => `string_to_array(${joinedMany(count)}, 'a')`, 6, 7],
  [(count) => `${joinedMany(count)} ILIKE 'a%'`, 24, 26],
  [(count) => `${joinedMany(count)} LIKE 'a%'`, 99, 101],
  [(count) => `${joinedMany(count)} < 'x'`, 49, 51],
  [(count) => `'x' >= ${joinedMany(count)}`, 49, 51],
  [(count) => `${joinedMany(count)} = 'x'`, 99, 101],
  [(count) => `greatest(${joinedMany(count)}, 'x')`, 49, 51],
  [(count) => `(SELECT max(${joinedMany(count)}))`, 24, 26],
  [(count) => `to_jsonb(${joinedMany(count)})`, 16, 17],
  [(count) => `json_build_array(${many(count, 'email')})`, 16, 17],
  [(count) => `json_build_object(${many(count, "'k', email")})`, 16, 17],
  [(count) => `to_jsonb(${joinedMany(count)}) || '1'`, 4, 5],
  [(count) => `jsonb_build_array(${joinedMany(count)}) || to_jsonb(1)`, 4, 5],
  [(count) => `ARRAY[${many(count, 'email')}]`, 49, 51],
  [(count) => `ROW(${many(count, 'email')})`, 49, 51],
]

/** Values that get near a gigabyte, where every value ends: whether one fails tells what it is made of (`told`). */
export const largeCases: readonly (readonly [text: string, lineage: string])[] = [
  ...growing.flatMap((each): readonly (readonly [string, string])[] => [
    [nested(each, each[1]), 'customers.email'],
    [nested(each, each[2]), refused],
  ]),
  ...working.flatMap(([made, few, most]): readonly (readonly [string, string])[] => [
    [`SELECT ${made(few)} FROM customers`, 'customers.email'],
    [`SELECT ${made(most)} FROM customers`, refused],
  ]),
  [`SELECT s FROM (SELECT ${many(49, 'email')} FROM customers) s`, 'customers.email'],
  [`SELECT s FROM (SELECT ${many(51, 'email')} FROM customers) s`, refused],
  [nested([(value) => `to_json(${value})`, 0, 0], 9), 'customers.email'],
  [nested([(value) => `translate(${value}, 'é', 'e')`, 0, 0], 9), 'customers.email'],
  [`SELECT concat(${many(80, 'length(email)')}, ${many(19, 'email')}) FROM customers`, 'customers.email'],
  [nested([(value) => `format('%s', ${value})`, 0, 0], 100), 'customers.email'],
  [nested([(value) => `replace(${value}, 'aa', 'b')`, 0, 0], 100), 'customers.email'],
  [`SELECT concat(email, ${many(70, `concat(${many(90, "'1e131071'::numeric")})`)}) FROM customers`, 'customers.email'],
  [`SELECT concat(email, ${many(80, `concat(${many(90, "'1e131071'::numeric")})`)}) FROM customers`, refused],
  [`SELECT concat(email, ${many(80, `concat(${many(90, '1e131071')})`)}) FROM customers`, refused],
  [`SELECT concat(email, ${many(90, "'x'::char(10485760)")}) FROM customers`, 'customers.email'],
  [`SELECT concat(email, ${many(96, "'x'::char(10485760)")}) FROM customers`, refused],
  [`SELECT concat(${many(60, 'email::char(10485760)')}) FROM customers`, refused],
  [
    `SELECT concat(email, ${many(90, 'coalesce(id::text, lower(id::text))')}) FROM customers`,
    'customers.email customers.id > customers.id',
  ],
  [
    `SELECT concat(note, ${many(20, 'coalesce(lower(status), lower(status))')}) FROM orders`,
    'orders.note orders.status > orders.note orders.status',
  ],
  [`SELECT concat(email, ${'quote_literal('.repeat(9)}now()::text${')'.repeat(9)}) FROM customers`, 'customers.email'],
  [`SELECT concat(email, ${'quote_literal('.repeat(20)}now()::text${')'.repeat(20)}) FROM customers`, refused],
  // A row is sent in one message.
  [
    `SELECT email, name, ${many(66, 'upper(email)')} FROM customers`,
    `customers.email! | customers.name! | ${many(66, 'customers.email').replaceAll(', ', ' | ')}`,
  ],
  [
    'SELECT c.*, c.* FROM customers c',
    many(2, 'customers.id! | customers.email! | customers.name! | customers.vip!').replace(', ', ' | '),
  ],
  [`SELECT ${many(200, 'email')} FROM customers`, many(200, 'customers.email!').replaceAll(', ', ' | ')],
  [
    `SELECT ${many(202, 'email')} FROM customers`,
    `${many(202, 'customers.email!').replaceAll(', ', ' | ')} > customers.email`,
  ],
  [`SELECT 1 FROM (SELECT ${many(60, 'upper(email)')} FROM customers) s`, '-'],
  [`SELECT email FROM customers, (VALUES (${many(202, '1')})) v`, 'customers.email!'],
  [`SELECT ROW(${many(202, 'email')}) FROM customers`, refused],
  [`SELECT g.*, ${many(202, 'email')} FROM customers, generate_series(1, 2) g`, 'unknown > customers.email'],
  [`SELECT (SELECT c.email FROM (VALUES (${many(202, 'c.email')})) v LIMIT 1) FROM customers c`, refused],
  [
    `UPDATE customers SET vip = true RETURNING ${many(202, 'upper(email)')}`,
    `${many(202, 'customers.email').replaceAll(', ', ' | ')} > customers.email`,
  ],
  [`COPY (SELECT ${joinedMany(49)} FROM customers) TO STDOUT`, 'customers.email'],
  [`COPY (SELECT ${joinedMany(51)} FROM customers) TO STDOUT`, refused],
  [`SELECT ${many(2, joinedMany(80))} FROM customers`, 'customers.email | customers.email'],
  [
    `SELECT ${many(3, joinedMany(80))} FROM customers`,
    'customers.email | customers.email | customers.email > customers.email',
  ],
  // Aggregates keep the values of all rows.
  ["SELECT string_agg(email, ',') FROM customers", refused],
  ['SELECT json_agg(email) FROM customers', refused],
  ['SELECT array_agg(id) FROM customers', 'customers.id > customers.id'],
  ["SELECT string_agg(email, ',') FROM customers WHERE id = 1", 'customers.email ? customers.id'],
  ["SELECT id, string_agg(email, ',') FROM customers GROUP BY id", 'customers.id! | customers.email > customers.id'],
  [
    'SELECT vip, jsonb_agg(email) FROM customers GROUP BY customers.id, vip',
    'customers.vip! | customers.email > customers.id customers.vip',
  ],
  ['SELECT array_agg(ssn) FROM members GROUP BY email', 'members.ssn > members.email members.ssn'],
  ['SELECT array_agg(email) FROM customers GROUP BY vip', 'customers.email > customers.email customers.vip'],
  ['SELECT array_agg(email) FROM customers GROUP BY ROLLUP (id)', 'customers.email > customers.email customers.id'],
  [
    'SELECT array_agg(c.email) FROM customers c, orders o GROUP BY c.id',
    'customers.email > customers.email customers.id',
  ],
  ["SELECT string_agg(s.e, ',') FROM (SELECT email AS e FROM customers LIMIT 99) s", 'customers.email'],
  ["SELECT string_agg(s.e, ',') FROM (SELECT email AS e FROM customers LIMIT 101) s", refused],
  [
    'SELECT jsonb_agg(c.email) FROM (VALUES (1), (2)) v (a), (SELECT email FROM customers LIMIT 4) c',
    'customers.email',
  ],
  [
    'SELECT jsonb_agg(c.email) FROM (VALUES (1), (2), (3), (4)) v (a), (SELECT email FROM customers LIMIT 5) c',
    refused,
  ],
  [
    'SELECT array_agg(c.email) FROM (VALUES (1)) v FULL JOIN (SELECT email FROM customers LIMIT 40) c ON true',
    'customers.email',
  ],
  ['SELECT array_agg(c.email) FROM (VALUES (1)) v FULL JOIN (SELECT email FROM customers LIMIT 60) c ON true', refused],
  [
    'SELECT array_agg(s.email) FROM (SELECT email, generate_series(1, 9) FROM customers WHERE id = 1) s',
    'customers.email > customers.email ? customers.id',
  ],
  ['SELECT array_agg(s.email) FROM (SELECT (SELECT email FROM customers LIMIT 1), generate_series(1, 9)) s', refused],
  ["SELECT (SELECT string_agg(c.email, ',') FROM (VALUES (1)) v) FROM customers c", refused],
  ['SELECT (SELECT array_agg((SELECT c.email WHERE v.a = 1)) FROM (VALUES (1)) v (a)) FROM customers c', refused],
  ['SELECT (SELECT array_agg(concat(c.email, v.a)) FROM (VALUES (1)) v (a)) FROM customers c', 'customers.email'],
]

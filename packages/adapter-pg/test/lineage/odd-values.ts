/**
 * Values of the server's own types at which functions are known to fail, as literals of SQL. NULL is tried for every type.
 * `$long` stands for a text of a hundred thousand characters, `$nines` for as many digits as a number has at most.
 */
export const oddValues: Readonly<Record<string, readonly string[]>> = {
  bool: ['true', 'false'],
  int2: ['0', '1', '-1', '-32768', '32767'],
  int4: ['0', '1', '-1', '7', '-2147483648', '2147483647'],
  int8: ['0', '1', '-1', '-9223372036854775808', '9223372036854775807', '2147483648'],
  oid: ['0', '1', '26', '4294967295', '1259'],
  float4: ['0', '-0', '1', '-1', '0.5', 'NaN', 'Infinity', '-Infinity', '3.4e38', '-3.4e38', '1.2e-38', '1e-45'],
  float8: [
    '0',
    '-0',
    '1',
    '-1',
    '0.5',
    'NaN',
    'Infinity',
    '-Infinity',
    '1.7e308',
    '-1.7e308',
    '2.3e-308',
    '5e-324',
    '1000',
  ],
  numeric: [
    '0',
    '1',
    '-1',
    '0.5',
    '1e100',
    'NaN',
    'Infinity',
    '-Infinity',
    '1e131071',
    '-1e131071',
    '1e-16383',
    '99999999999999999999.99',
    '$nines',
    '-$nines',
  ],
  text: [
    '',
    ' ',
    'a',
    'Ab c',
    '\\',
    'a\\',
    '%',
    '_\\',
    'ß',
    'İıŁ',
    '🙂e\u0301',
    '\u0001\u007f',
    "'",
    '\\x0',
    '(',
    '[a',
    '{',
    '{1,2}',
    'null',
    '1',
    '-1',
    'NaN',
    '2024-02-30',
    'infinity',
    'day',
    'hex',
    'UTF8',
    'a.b.c',
    '"',
    'pg_class',
    '1.2.3.4/33',
    'a,b,,c',
    '%s %I',
    '<a>&',

    '$long',
  ],
  varchar: ['', ' ', 'a', 'a\\', 'ß🙂', '1', "'", '$long'],
  bpchar: ['', ' ', 'a', 'a\\', 'ß🙂  ', '1', '$long'],
  name: ['', 'a', 'a\\', 'ß🙂', '1', "'"],
  char: ['', 'a', '\\', '1', '\\377', '\\200'],
  bytea: ['', '\\x00', '\\xff', '\\x5c', '\\x4142', '\\xc328', '\\xf0288cbc', '\\x3132'],
  json: [
    'null',
    '1',
    '-1.5e300',
    '1e400',
    '"a"',
    '""',
    '"\\u0000"',
    '"\\ud800"',
    '[]',
    '{}',
    '[1,[2,null]]',
    '{"a":1,"a":{"b":[null]}}',
    ' {"" : "x"} ',
    '[[[[1]]]]',
    'true',
    '{"a":"\\u0000"}',
    '9007199254740993',
  ],
  jsonb: [
    'null',
    '1',
    '-1.5e300',
    '1e400',
    '"a"',
    '""',
    '[]',
    '{}',
    '[1,[2,null]]',
    '{"a":{"b":[null]}}',
    '{"":"x"}',
    '[[[[1]]]]',
    'true',
    'false',
    '["a","b"]',
    '{"a":1,"b":null}',
    '"2024-01-01"',
  ],
  xml: ['', 'a', '<a/>', '<a>b</a>', '<?xml version="1.0"?><a/>'],
  date: [
    '2024-02-29',
    '1970-01-01',
    '0001-01-01',
    '0001-12-31 BC',
    '4713-01-01 BC',
    '4714-11-24 BC',
    '5874897-12-31',
    '12345-06-07',
    'infinity',
    '-infinity',
    '294277-01-01',
    '2000-01-01',
  ],
  time: ['00:00', '24:00', '12:34:56.789012', '23:59:59.999999'],
  timetz: ['00:00+00', '24:00-15:59', '12:34:56.789+05:30', '23:59:59.999999+15:59', '00:00+15:59'],
  timestamp: [
    '2024-02-29 12:34:56.789',
    '1970-01-01',
    '0001-01-01',
    '0001-12-31 BC',
    '4714-11-24 00:00:00 BC',
    '4713-01-01 BC',
    '294276-12-31 23:59:59.999999',
    '12345-06-07',
    'infinity',
    '-infinity',
    '1999-12-31 23:59:59.999999',
  ],
  timestamptz: [
    '2024-02-29 12:34:56.789+00',
    '1970-01-01 00:00+00',
    '0001-01-01 00:00+00',
    '0001-12-31 00:00+00 BC',
    '4714-11-24 00:00:00+00 BC',
    '4713-01-01 00:00+00 BC',
    '294276-12-31 23:59:59.999999+00',
    '12345-06-07 00:00+00',
    'infinity',
    '-infinity',
    '2024-03-31 01:30+00',
  ],
  interval: [
    '0',
    '1 day',
    '-1 day',
    '1 mon -1 day 25:00',
    '178000000 years',
    '-178000000 years',
    '2147483647 days',
    '-2147483648 days',
    '2147483647 mons',
    '-2147483648 mons',
    '2562047788:00:54.775807',
    '-2562047788:00:54.775807',
    '0.000001 sec',
    '-2147483648 mons -2147483648 days -2562047788:00:54.775807',
  ],
  inet: [
    '0.0.0.0/0',
    '1.2.3.4',
    '10.0.0.0/8',
    '255.255.255.255',
    '::',
    '::/0',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db8::1/64',
    '::ffff:1.2.3.4',
  ],
  cidr: [
    '0.0.0.0/0',
    '1.2.3.4/32',
    '10.0.0.0/8',
    '::/0',
    '2001:db8::/64',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128',
  ],
  macaddr: ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '08:00:2b:01:02:03'],
  macaddr8: [
    '00:00:00:00:00:00:00:00',
    'ff:ff:ff:ff:ff:ff:ff:ff',
    '08:00:2b:ff:fe:01:02:03',
    '08:00:2b:01:02:03:04:05',
  ],
  uuid: [
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '019a0000-0000-7000-8000-000000000000',
    'c232ab00-9414-11ec-b3c8-9f6bdeced846',
  ],
  bit: ['', '0', '1', '101', '11111111111111111111111111111111111111111111111111111111111111111'],
  mood: ['sad', `it's "fine"`],
  word: ['', 'a', "'", '🙂'],
  pair: ['(,,,,)', '(1,"a ""b""","{""a"": 1}",sad,"{infinity}")'],
  varbit: ['', '0', '1', '101', '11111111111111111111111111111111111111111111111111111111111111111'],
}

const longOnes: ReadonlyMap<string, string> = new Map([
  ['$long', "repeat('aß\\', 33333)"],
  ['$nines', "(repeat('9', 131072) || '.9')"],
  ['-$nines', "('-' || repeat('9', 131072) || '.9')"],
])

/** Arrays of the server's types: empty, of NULL, of several dimensions and with other bounds. */
export function oddArrays(element: string): readonly string[] {
  const values = oddValues[element] ?? []
  const quoted = values.filter((value) => !longOnes.has(value)).map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`)
  const [first = 'NULL', second = 'NULL'] = quoted
  return [
    '{}',
    '{NULL}',
    `{${quoted.join(',')}}`,
    `{NULL,${first}}`,
    `{{${first},${second}},{NULL,${first}}}`,
    `[-2:-1]={${first},${second}}`,
    `[2147483646:2147483646]={${first}}`,
    `{{{${first}}}}`,
  ]
}

/** The values of a type as expressions of SQL, without an untyped one among them. */
export function oddExpressions(type: string): readonly string[] {
  const element = type.endsWith('[]') ? type.slice(0, -2) : undefined
  const values = element === undefined ? (oddValues[type] ?? []) : oddArrays(element)
  const cast = sqlType(type)
  return [
    `NULL::${cast}`,
    ...values.map((value) => `${longOnes.get(value) ?? `'${value.replaceAll("'", "''")}'`}::${cast}`),
  ]
}

/** Every type with odd values, arrays and types of users among them. */
export const oddTypes: readonly string[] = [
  ...Object.keys(oddValues),
  ...`bool int2 int4 int8 oid float4 float8 numeric text varchar bpchar name bytea date time timetz timestamp timestamptz
    interval uuid inet cidr macaddr json jsonb mood`
    .split(/\s+/)
    .map((element) => `${element}[]`),
]

/** As SQL writes it: `char` alone would be another type, and one without a length is cut to one place. */
export function sqlType(type: string): string {
  return type.replace(/^(char|bpchar|bit)(?=$|\[)/, (name) => `pg_catalog."${name}"`)
}

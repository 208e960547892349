/** Writes, and what the server compares with what is written (`told`). */
export const writeCases: readonly (readonly [text: string, lineage: string])[] = [
  [
    "INSERT INTO parcels (id, code) VALUES (1, 'a'), (2, $1)",
    '? parcels.code×2 parcels.id×2 parcels_1.code×2 parcels_1.id×2 parcels_2.code×2 parcels_2.id×2',
  ],
  ['INSERT INTO parcels (id, code) VALUES (1, DEFAULT)', '? parcels.id parcels_1.id parcels_2.id'],
  ['INSERT INTO parcels (id) VALUES (1)', '? parcels.id parcels_1.id parcels_2.id'],
  ['INSERT INTO parcels (id, code) VALUES (1, NULL)', '? parcels.id parcels_1.id parcels_2.id'],
  [
    "INSERT INTO parcels VALUES (generate_series(1, 9), 'a' || 'b')",
    '> parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  [
    "INSERT INTO parcels (id, code) SELECT 1, 'a'",
    '> parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  [
    "INSERT INTO parcels (id, code) VALUES (1, 'a') ON CONFLICT DO NOTHING",
    '? parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  ['COPY parcels FROM STDIN', '> parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id'],
  [
    "UPDATE parcels SET code = 'a'",
    '> parcels.id parcels_1.id parcels_2.id ? parcels.code parcels_1.code parcels_2.code',
  ],
  [
    "UPDATE parcels SET code = 'a' || 'b'",
    '> parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  [
    "UPDATE parcels SET id = 1, code = 'a'",
    '? parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  ['INSERT INTO customers DEFAULT VALUES', ''],
  ["INSERT INTO customers (id, name) VALUES (1, 'a'), (2, 'b')", '? customers.id×2'],
  [
    "INSERT INTO members (id, email, token) VALUES (1, 'a', 'b')",
    '> members.age members.born members.room ? members.email members.id members.token',
  ],
  [
    "INSERT INTO members (id, ssn, token) VALUES (1, 'a', 'b')",
    '> members.age members.born members.org members.room ? members.id members.ssn members.token',
  ],
  ['INSERT INTO members (id) VALUES (1)', '> members.age members.born members.room members.token ? members.id'],
  ['UPDATE members SET age = 5', '> members.age members.room members.ssn'],
  ["UPDATE members SET age = 5, ssn = 'x', org = 1", '> members.age members.room ? members.org members.ssn'],
  ["UPDATE members SET email = 'x'", '> letters.address members.email ? members.email'],
  ['UPDATE members SET org = 3', '> members.ssn ? members.org'],
  ['UPDATE members SET room = 3', '> members.age members.room'],
  ["UPDATE members SET born = '2000-01-01'", '> members.born'],
  ['UPDATE members SET token = DEFAULT', '> members.token'],
  ['UPDATE members SET token = NULL', ''],
  ['UPDATE member_ages SET age = 5', '> letters.address members.age members.email members.id members.room members.ssn'],
  [
    "INSERT INTO member_ages (id, email) VALUES (1, 'x')",
    '> members.age members.born members.email members.id members.room members.token',
  ],
  ["INSERT INTO letters (address) VALUES ('a'), ('b')", '? members.email×2'],
  ["INSERT INTO letters (note) VALUES ('a')", ''],
  ["UPDATE letters SET address = 'a'", '? members.email'],
  ['UPDATE letters SET address = note', '> letters.note members.email'],
  ["UPDATE letters SET note = 'a'", ''],
  ['DELETE FROM letters', ''],
  ['DELETE FROM members', '> letters.address members.email'],
  ['UPDATE late SET a = 1', '> late.b'],
  ['INSERT INTO late VALUES (1, 2)', ''],
  [
    'INSERT INTO orders (id, customer_id) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET customer_id = excluded.customer_id',
    '> orders.id ? customers.id orders.id',
  ],
  [
    'MERGE INTO customers c USING orders o ON c.name = o.note WHEN NOT MATCHED THEN INSERT (id) VALUES (7)',
    '> customers.name orders.note ? customers.id',
  ],
  [
    'MERGE INTO customers c USING orders o ON c.name = o.note WHEN NOT MATCHED THEN INSERT (id) VALUES (o.id)',
    '> customers.id customers.name orders.id orders.note',
  ],
  [
    "MERGE INTO letters l USING orders o ON l.id = o.id WHEN MATCHED THEN UPDATE SET address = 'a'",
    '> letters.id orders.id ? members.email',
  ],
  ['EXPLAIN INSERT INTO customers (id) VALUES (7)', '- > customers.id'],
  [
    "INSERT INTO letters (id, note) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET address = excluded.note",
    '> letters.id ? members.email',
  ],
  [
    'INSERT INTO letters (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET address = excluded.address',
    '> letters.id members.email',
  ],
  // An element is set, and the others stay.
  ['UPDATE late SET b[1] = 5', '> late.b'],
  ['UPDATE members SET age[1] = 5, ssn = $1', '> members.age members.org members.room ? members.ssn'],
  [
    "INSERT INTO parcels VALUES (1, 'a' || 'b')",
    '? parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
]

/** Texts in the shop, each with the values that it gives. */
export const givenCases: readonly (readonly [text: string, told: string])[] = [
  ["SELECT id FROM customers WHERE email = 'x'", "'x' = customers.email"],
  [
    "SELECT id FROM customers WHERE email = $1 AND id = 5 AND name LIKE 'a%'",
    "5 = customers.id orders.customer_id | 'a%' = customers.name | $1 = customers.email",
  ],
  [
    "SELECT o.id FROM orders o JOIN customers c ON o.note = c.email WHERE o.note = 'x' AND c.name = 'y'",
    "'x' = customers.email orders.note | 'y' = customers.name",
  ],
  [
    "SELECT 1 FROM lone WHERE lower(b) = 'x' AND coalesce(b, 'y') = 'z' LIMIT 5",
    "1 = - | 'x' = lone.b | 'y' = ? | 'z' = lone.b | 5 = -",
  ],
  [
    "INSERT INTO customers (email, name) VALUES ('x', $1), ($2, 'y') ON CONFLICT (id) DO UPDATE SET email = excluded.name",
    "'x' = customers.email customers.name | 'y' = customers.email customers.name | $1 = customers.email customers.name | $2 = customers.email customers.name",
  ],
  ["INSERT INTO lone SELECT 1, 'x'", "1 = ? | 'x' = ?"],
  [
    "UPDATE customers SET email = name, vip = true WHERE name = 'x'",
    "true = customers.vip | 'x' = customers.email customers.name",
  ],
  ["UPDATE orders SET note = 'x' WHERE id = -5", "'x' = ? | -5 = items.order_id orders.id"],
  ["UPDATE people SET ssn = 'x' WHERE id = 5", "'x' = people.ssn | 5 = people.boss people.id"],
  ["SELECT number FROM people_twice WHERE title = 'x'", "'x' = people.role people_roles.title people_twice.title"],
  [
    "SELECT f.id FROM (SELECT email AS mail, id FROM customers) f WHERE f.mail = 'x' AND f.id = 4",
    "'x' = customers.email | 4 = customers.id orders.customer_id",
  ],
  [
    "SELECT * FROM events WHERE at BETWEEN '2024-01-01' AND $1 /* c */",
    "'2024-01-01' = events.at events_2024.at events_2025.at | /* c */ = ? | $1 = events.at events_2024.at events_2025.at",
  ],
  [
    "MERGE INTO customers c USING lone l ON l.a = c.id WHEN MATCHED THEN UPDATE SET email = 'x' WHEN NOT MATCHED THEN INSERT (email, name) VALUES (l.b, 'y')",
    "'x' = customers.email lone.b | 'y' = customers.name",
  ],
  [
    "EXPLAIN SELECT 'x' FROM customers WHERE email = ANY($1) AND id IN (1, 2)",
    "'x' = - | 1 = customers.id orders.customer_id | 2 = customers.id orders.customer_id | $1 = customers.email",
  ],
  [
    "SELECT '😀', U&'d!0061' UESCAPE '!', $$x$$ FROM customers WHERE email = E'é' -- end",
    "'😀' = - | U&'d!0061' = - | '!' = ? | $$x$$ = - | E'é' = customers.email | -- end = ?",
  ],
  [
    "WITH c AS (SELECT email FROM customers WHERE id = 1) SELECT 2 FROM c, lone WHERE c.email = lone.b AND lone.b = 'x'",
    "1 = customers.id orders.customer_id | 2 = - | 'x' = customers.email lone.b",
  ],
  ["SELECT id FROM customers NATURAL JOIN lone WHERE name = 'x' UNION SELECT 3", "'x' = customers.name | 3 = ?"],
  ["SET application_name = 'x'", "'x' = ?"],
  ["PREPARE p AS SELECT id FROM customers WHERE email = 'x' AND id = $1", "'x' = ? | $1 = ?"],
  ["SELECT $1 = 'x' FROM customers WHERE email = $1", "'x' = customers.email | $1 = customers.email"],
  ["SELECT upper($1) FROM customers WHERE email = $1 AND name = 'x'", "'x' = customers.name | $1 = ?"],
  [
    "SELECT id FROM order_mail WHERE id = 5 AND email = 'x'",
    "5 = items.order_id order_mail.id orders.id | 'x' = customers.email order_mail.email",
  ],
  [
    "SELECT id FROM customers WHERE ($1::text IS NULL OR name = $1) AND (email, id) IN (('a', 1)) ORDER BY 1",
    "'a' = customers.email customers.id orders.customer_id | 1 = customers.email customers.id orders.customer_id | 1 = - | $1 = customers.name",
  ],
  [
    "INSERT INTO people (role) SELECT coalesce(nullif(w.name, 'q'), 'z'::text) FROM customers w WHERE w.name = 'x'",
    "'q' = customers.name people.role | 'z' = ? | 'x' = customers.name people.role",
  ],
  [
    "SELECT 1 FROM (SELECT position(c.email IN l.b) AS p, l.b FROM customers c, lone l) s WHERE s.p > length(s.b) AND s.b = 'x'",
    "1 = - | 'x' = customers.email lone.b",
  ],
  ["SELECT email FROM customers INTERSECT SELECT b FROM lone WHERE b = 'x'", "'x' = customers.email lone.b"],
  ['SELECT id FROM customers WHERE id = - 5 OFFSET 3', '5 = customers.id orders.customer_id | 3 = -'],
  ["SELECT 'x' INTO TEMP made FROM customers", "'x' = ?"],
  ["SELECT 'x' UNION SELECT 'y'", "'x' = ? | 'y' = ?"],
  [
    'SELECT NULL, name::varchar(5), 1.5::numeric(10, 2) FROM customers WHERE vip = true',
    '5 = - | 1.5 = - | 10 = - | 2 = - | true = customers.vip',
  ],
  ["SELECT id FROM customers WHERE 'x' || name > 'y'", "'x' = ? | 'y' = customers.name"],
  ["SELECT nullif('x', email), nullif(email, 'y') FROM customers", "'x' = ? | 'y' = customers.email"],
  [
    "SELECT 1 FROM customers c, lone l WHERE c.email || '' = l.b AND l.b = 'x'",
    "1 = - | '' = ? | 'x' = customers.email lone.b",
  ],
  ["SELECT regexp_matches(c.email, l.b) FROM customers c, lone l WHERE l.b = 'x'", "'x' = customers.email lone.b"],
  [
    "SELECT 1 FROM customers c, lone l WHERE regexp_match(c.email, l.b) IS NOT NULL AND l.b = 'x'",
    "1 = - | 'x' = customers.email lone.b",
  ],
  ["SELECT 1 FROM customers WHERE email IS NOT NULL AND name = 'x'", "1 = - | 'x' = customers.name"],
  ["SELECT name || email FROM customers WHERE name = 'x'", "'x' = customers.name"],
  [
    "INSERT INTO people (role) SELECT * FROM json_each_text('{}') j, customers c WHERE c.name = 'x'",
    "'{}' = ? | 'x' = customers.* customers.email customers.id customers.name customers.vip orders.customer_id people.role",
  ],
  ["INSERT INTO people (id, role, ssn) SELECT c.id, c.*, 'x' FROM customers c", "'x' = ?"],
  ["INSERT INTO people (role) SELECT 'x' UNION SELECT email FROM customers", "'x' = ?"],
  ["UPDATE orders SET note = status WHERE status = 'x'", "'x' = ?"],
  ['UPDATE open_orders SET note = total::text WHERE total = 5', '5 = ?'],
  ["UPDATE people_logged SET role = 'x' WHERE id = 5", "'x' = ? | 5 = ?"],
  [
    "INSERT INTO people (role) SELECT (SELECT name FROM customers WHERE email > 'y') FROM lone",
    "'y' = customers.email",
  ],
  ["UPDATE people SET role = (SELECT name FROM customers WHERE email = 'y')", "'y' = customers.email"],
  [
    'SELECT number FROM people_two WHERE number = 5',
    '5 = people.boss people.id people.role people_roles.number people_two.number',
  ],
  [
    'SELECT 1 FROM customers c JOIN people p USING (id) WHERE c.id = 5',
    '1 = - | 5 = customers.id orders.customer_id people.boss people.id',
  ],
  ['SELECT id FROM orders WHERE customer_id = 5', '5 = customers.id orders.customer_id'],
  [
    "INSERT INTO members (id, email) VALUES (1, 'x')",
    "1 = members.id | 'x' = letters.address members.email members.initials",
  ],
  ['UPDATE members SET age = 5', '5 = members.age members.ssn'],
  ["SELECT md5($1) FROM customers WHERE $1 = 'x'", "'x' = ? | $1 = ?"],
  ["EXPLAIN CREATE TABLE made AS SELECT id FROM customers WHERE email = 'x'", "'x' = ?"],
  [
    "SELECT extract(year FROM at), interval '1' day FROM events WHERE body LIKE 'x'",
    "'1' = - | 'x' = events.body events_2024.body events_2025.body",
  ],
  ["DELETE FROM audit_log; DELETE FROM audit_log WHERE what = 'x'", "'x' = audit_log.what"],
  [
    "SELECT c.id FROM customers c WHERE c.id IN (SELECT o.customer_id FROM orders o WHERE o.note = 'x') AND EXISTS (SELECT 1 FROM lone l WHERE l.b = c.email AND l.b = 'y')",
    "'x' = orders.note | 1 = ? | 'y' = customers.email lone.b",
  ],
  ["DECLARE c CURSOR FOR SELECT id FROM customers WHERE email = 'x'", "'x' = customers.email"],
  ["SELECT id FROM customers WHERE email = f('x')", "'x' = ?"],
  [
    "WITH v (a) AS (VALUES ('x')) SELECT 1 FROM v JOIN customers c ON c.email = v.a WHERE v.a = 'y'",
    "'x' = ? | 1 = - | 'y' = customers.email",
  ],
  ["SELECT id FROM customers c WHERE c.email = 'x' AND EXISTS (SELECT FROM nosuch)", "'x' = ?"],
]

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
]

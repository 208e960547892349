/** Queries of WITH, set operations, joins and relations, and where their values go (`told`). */
export const queryCases: readonly (readonly [text: string, lineage: string])[] = [
  ['WITH c AS (SELECT email FROM customers) SELECT 1', '-'],
  ['WITH c AS (SELECT id, email FROM customers) SELECT c.email FROM c', 'customers.email!'],
  ['WITH c (a, b) AS (SELECT id, email FROM customers) SELECT b FROM c ORDER BY a', 'customers.email! > customers.id'],
  ['WITH a AS (SELECT email AS e FROM customers), b AS (SELECT e AS f FROM a) SELECT f FROM b', 'customers.email!'],
  ['WITH customers AS (SELECT total AS email FROM orders) SELECT email FROM customers', 'orders.total!'],
  [
    'WITH orders AS (WITH orders AS (SELECT email FROM customers) SELECT * FROM orders) SELECT * FROM orders',
    'customers.email!',
  ],
  [
    'WITH d AS (DELETE FROM customers WHERE id = 1 RETURNING email, id) SELECT email FROM d',
    'customers.email! > customers.id items.order_id orders.customer_id orders.id ? customers.id',
  ],
  [
    'WITH d AS (INSERT INTO orders (note) SELECT email FROM customers RETURNING note) SELECT * FROM d',
    'orders.note! > customers.email',
  ],
  ['WITH d AS (UPDATE customers SET vip = true RETURNING lower(email) AS e) SELECT count(*) FROM d', '-'],
  [
    'WITH RECURSIVE t AS (SELECT id, name FROM customers UNION ALL SELECT t.id + 1, t.name FROM t WHERE t.id < 9) SELECT name FROM t',
    'customers.name > customers.id',
  ],
  [
    'WITH RECURSIVE t (a, b) AS (SELECT id, note FROM orders UNION ALL SELECT o.customer_id, t.b FROM orders o JOIN t ON t.a = o.id) SELECT b FROM t',
    'orders.note > orders.customer_id orders.id',
  ],
  [
    'WITH RECURSIVE t AS (SELECT email FROM customers UNION SELECT email FROM t) SELECT email FROM t',
    'customers.email > customers.email',
  ],
  [
    'WITH RECURSIVE t AS (SELECT id, email FROM customers UNION ALL SELECT id, email FROM t) CYCLE id SET c USING p SELECT id FROM t',
    'customers.email customers.id > customers.email customers.id',
  ],
  ['WITH RECURSIVE t AS (SELECT email FROM customers) SELECT email FROM t', 'customers.email!'],
  ['SELECT email FROM customers UNION ALL SELECT note FROM orders', 'customers.email orders.note'],
  [
    'SELECT email FROM customers UNION SELECT note FROM orders',
    'customers.email orders.note > customers.email orders.note',
  ],
  [
    'SELECT email FROM customers INTERSECT SELECT name FROM customers',
    'customers.email customers.name > customers.email customers.name',
  ],
  [
    'SELECT email FROM customers EXCEPT ALL SELECT name FROM customers',
    'customers.email customers.name > customers.email customers.name',
  ],
  [
    'SELECT id, email FROM customers UNION ALL SELECT id, note FROM orders ORDER BY 2',
    'customers.id orders.id | customers.email orders.note > customers.email orders.note',
  ],
  [
    'SELECT e FROM (SELECT email AS e FROM customers UNION ALL SELECT note FROM orders) s',
    'customers.email orders.note',
  ],
  ['VALUES (1, 2), (3, (SELECT max(email) FROM customers))', '- | customers.email'],
  ['SELECT column1 FROM (VALUES ((SELECT max(email) FROM customers), 1)) v', 'customers.email'],
  [
    'SELECT * FROM customers JOIN orders USING (id)',
    'customers.id orders.id! | customers.email! | customers.name! | customers.vip! | orders.customer_id! | orders.total! | orders.note! | orders.status! > customers.id orders.id',
  ],
  [
    'SELECT id, email FROM customers JOIN orders USING (id)',
    'customers.id orders.id! | customers.email! > customers.id orders.id',
  ],
  [
    'SELECT * FROM customers c JOIN orders o ON c.id = o.customer_id',
    'customers.id! | customers.email! | customers.name! | customers.vip! | orders.id! | orders.customer_id! | orders.total! | orders.note! | orders.status! > customers.id orders.customer_id',
  ],
  ['SELECT * FROM cats NATURAL JOIN animals', 'animals.name cats.name! | cats.lives! > animals.name cats.name'],
  [
    'SELECT j.b FROM (customers c JOIN orders o ON c.id = o.customer_id) AS j (a, b)',
    'customers.email! > customers.id orders.customer_id',
  ],
  ['SELECT x.id FROM customers JOIN orders USING (id) AS x', 'customers.id orders.id! > customers.id orders.id'],
  ['SELECT g FROM customers c, generate_series(1, c.id) g', 'customers.id > customers.id'],
  ['SELECT g.email FROM customers c, LATERAL (SELECT c.email) g', 'customers.email!'],
  ['SELECT g.q FROM customers c, LATERAL (SELECT 1 / c.id AS q) g', 'customers.id > customers.id'],
  ['SELECT * FROM generate_series(1, 3)', 'unknown'],
  [
    "SELECT x.v FROM orders o, json_table(o.note::jsonb, '$[*]' COLUMNS (v text PATH '$')) x",
    'orders.note > orders.note',
  ],
  [
    "SELECT x.v FROM orders o, xmltable('/a' PASSING (o.note::xml) COLUMNS v text PATH 'b') x",
    'orders.note > orders.note',
  ],
  ['SELECT generate_series(1, id), email FROM customers', 'customers.id | customers.email! > customers.id'],
  ['SELECT email FROM customers LIMIT 3', 'customers.email!'],
  ['SELECT email FROM customers TABLESAMPLE bernoulli (10)', 'customers.email!'],
  ['SELECT email FROM customers FOR UPDATE', 'customers.email!'],
  ['SELECT body FROM events', 'events.body events_2024.body events_2025.body!'],
  ['SELECT body FROM ONLY events', 'events.body!'],
  ['SELECT body FROM events_2024', 'events.body events_2024.body! > events.at events_2024.at'],
  ['SELECT name FROM cats', 'animals.name cats.name!'],
  ['SELECT name FROM animals', 'animals.name cats.name!'],
  ['SELECT ctid, tableoid FROM customers', 'customers.ctid | customers.tableoid'],
  [
    'SELECT * FROM open_orders',
    'open_orders.id orders.id! | open_orders.total orders.total! | open_orders.note orders.note! > orders.status',
  ],
  ['SELECT id FROM order_mail', 'order_mail.id orders.id! > customers.id orders.customer_id'],
  ['SELECT email FROM order_mail', 'customers.email order_mail.email! > customers.id orders.customer_id'],
  ['SELECT count(*) FROM order_mail', '- > customers.id orders.customer_id'],
  ['SELECT total FROM totals', 'orders.total totals.total > orders.customer_id orders.total'],
  ['SELECT slept FROM sleepy', '*.* sleepy.slept > *.* sleepy.slept'],
]

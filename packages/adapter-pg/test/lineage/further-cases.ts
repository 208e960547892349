/** What may fail, what is of any size, and other odd shapes (`told`). */
export const furtherCases: readonly (readonly [text: string, lineage: string])[] = [
  ["SELECT 1 FROM pg_stat_activity WHERE query = 'a'", '- > *.*'],
  [
    'WITH RECURSIVE t AS (SELECT id FROM customers UNION ALL SELECT id FROM t) CYCLE id SET c USING p SELECT 1 FROM t',
    '- > customers.id',
  ],
  ['EXPLAIN ANALYZE SELECT body FROM events_2024', '- > events.at events.body events_2024.at events_2024.body'],
  [
    'SELECT c.row_to_json FROM customers c',
    'customers.* customers.email customers.id customers.name customers.vip > customers.* customers.email customers.id customers.name customers.vip',
  ],
  ["SELECT max(email) || 'x' FROM customers", 'customers.email > customers.email'],
  [
    "SELECT customers FROM customers WHERE customers.email = 'a'",
    'customers.* customers.email customers.id customers.name customers.vip ? customers.email',
  ],
  ['SELECT users FROM customers AS users', 'customers.* customers.email customers.id customers.name customers.vip'],
  [
    'SELECT j.email FROM (customers c JOIN orders o ON c.id = o.customer_id) AS j',
    'customers.email! > customers.id orders.customer_id',
  ],
  ['SELECT body FROM guarded', 'guarded.body!'],
  ['SELECT ROW(email, (SELECT 1 FROM guarded LIMIT 1)) FROM customers', 'customers.email > customers.email'],
  [
    'SELECT ROW(email, (SELECT 1 FROM order_mail LIMIT 1)) FROM customers',
    'customers.email > customers.id orders.customer_id',
  ],
  ['SELECT ROW(email, (SELECT 1 FROM orders FOR UPDATE LIMIT 1)) FROM customers', 'customers.email > customers.email'],
  ['SELECT ROW(email, (SELECT 1 LIMIT id)) FROM customers', 'customers.email > customers.email customers.id'],
  [
    'SELECT ROW(email, (SELECT 1 FROM orders WHERE 1 / id = 1 LIMIT 1)) FROM customers',
    'customers.email > customers.email orders.id',
  ],
  [
    'SELECT ROW(email, (SELECT sum(total) OVER (ROWS 1 PRECEDING) FROM orders LIMIT 1)) FROM customers',
    'customers.email orders.total > customers.email orders.total',
  ],
  ["SELECT ROW(email, nextval('tickets')) FROM customers", 'customers.email > customers.email'],
  [
    'SELECT ROW(email, label(id)) FROM customers',
    '*.* customers.email customers.id > *.* customers.email customers.id',
  ],
  ['SELECT ROW(email, ARRAY[ARRAY[1], ARRAY[1, 2]]) FROM customers', 'customers.email > customers.email'],
  ["SELECT ROW(email, 'x' || name) FROM customers", 'customers.email customers.name'],
  [
    "SELECT CASE WHEN name LIKE 'a\\' THEN email END FROM customers",
    'customers.email > customers.email customers.name',
  ],
  [
    'SELECT f || f FROM (SELECT e || e AS f FROM (SELECT email || name AS e FROM customers) s) s',
    'customers.email customers.name > customers.email customers.name',
  ],
  ["SELECT concat(string_agg(email, ','), 'x') FROM customers", 'customers.email > customers.email'],
  ['SELECT concat(email, $1) FROM customers', 'customers.email > customers.email'],
  ['SELECT email = name FROM customers', 'customers.email customers.name > customers.email customers.name'],
  ['SELECT lower(email || name) FROM customers', 'customers.email customers.name > customers.email customers.name'],
  ['SELECT email FROM customers GROUP BY 1', 'customers.email! > customers.email'],
  ['SELECT lower(email) AS e, count(*) FROM customers GROUP BY e', 'customers.email | - > customers.email'],
  [
    "SELECT id FROM customers WHERE id = 1 AND (email = 'a' AND name = 'b')",
    'customers.id! ? customers.email customers.id customers.name',
  ],
  ["SELECT id FROM customers WHERE email = 'a'::text AND vip", 'customers.id! > customers.vip ? customers.email'],
  [
    "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.note = 'a' AND o.customer_id = c.id)",
    'customers.id! > customers.id orders.customer_id ? orders.note',
  ],
  ["SELECT id FROM (SELECT * FROM customers WHERE email = 'a') s", 'customers.id! ? customers.email'],
  [
    "SELECT e FROM (SELECT email AS e FROM customers UNION ALL SELECT note FROM orders) s WHERE e = 'a'",
    'customers.email orders.note > customers.email orders.note',
  ],
  [
    'SELECT c.e FROM (SELECT CASE WHEN vip THEN 1 ELSE id END, email AS e FROM customers) c',
    'customers.email! > customers.vip',
  ],
  ['INSERT INTO audit_log (what) VALUES ((SELECT email FROM customers LIMIT 1))', '> customers.email'],
  ['UPDATE orders SET note = (SELECT email FROM customers LIMIT 1) WHERE id = 1', '> customers.email ? orders.id'],
  [
    "UPDATE customers SET name = 'x' FROM (SELECT lower(email) AS e FROM customers) s WHERE s.e = 'a' RETURNING id",
    'customers.id! > customers.email',
  ],
  ['WITH d AS (SELECT email FROM customers) INSERT INTO audit_log (what) SELECT email FROM d', '> customers.email'],
  [
    "WITH d AS (UPDATE customers SET vip = true WHERE email = 'a' RETURNING id) SELECT id FROM d",
    'customers.id! ? customers.email',
  ],
  ['EXPLAIN UPDATE customers SET name = email', '- > customers.email customers.name'],
  ['EXPLAIN (ANALYZE false) SELECT email FROM customers ORDER BY name', '- > customers.name'],
  [
    'COPY order_mail TO STDOUT',
    'order_mail.id orders.id! | customers.email order_mail.email! > customers.id orders.customer_id',
  ],
  ['SELECT n_distinct FROM pg_stats ORDER BY 1', '*.* > *.*'],
  ["SELECT pid FROM pg_stat_activity WHERE query LIKE 'a%'", '*.* pg_catalog.pg_stat_activity.pid > *.*'],
  ['SELECT * FROM customers, generate_series(1, 2)', 'unknown'],
  ['SELECT email FROM nowhere', '*.* > *.*'],
  [
    'SELECT a.*, b.* FROM customers a, customers b',
    'customers.id! | customers.email! | customers.name! | customers.vip! | customers.id! | customers.email! | customers.name! | customers.vip!',
  ],
  [
    'SELECT o.* FROM customers c LEFT JOIN orders o ON c.id = o.customer_id',
    'orders.id! | orders.customer_id! | orders.total! | orders.note! | orders.status! > customers.id orders.customer_id',
  ],
  [
    'SELECT * FROM (customers c JOIN orders o ON c.id = o.customer_id) j',
    'customers.id! | customers.email! | customers.name! | customers.vip! | orders.id! | orders.customer_id! | orders.total! | orders.note! | orders.status! > customers.id orders.customer_id',
  ],
  [
    'SELECT * FROM customers NATURAL JOIN (SELECT id, note FROM orders) s',
    'customers.id orders.id! | customers.email! | customers.name! | customers.vip! | orders.note! > customers.id orders.id',
  ],
  ['SELECT s.* FROM (SELECT email, id FROM customers) s (x)', 'customers.email! | customers.id!'],
  ['SELECT x, y FROM (VALUES (1, 2)) v (x, y), customers', '- | -'],
  [
    'SELECT (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c',
    '- > customers.id orders.customer_id',
  ],
  ['SELECT sum(total) OVER (ORDER BY note) FROM orders', 'orders.total > orders.note orders.total'],
  ['SELECT array_agg(email) FROM customers', 'customers.email > customers.email'],
  ['SELECT unnest(ARRAY[email]) FROM customers', 'customers.email > customers.email'],
  ['LOCK TABLE customers', 'unknown'],
  ['CALL settle()', 'unknown > *.*'],
  ['SELECT refund(id) FROM orders', '*.* orders.id > *.* orders.id'],
  ["ALTER TABLE customers ADD CHECK (email <> '')", 'unknown > customers.email'],
  ["NOTIFY c, 'x'", 'unknown'],
]

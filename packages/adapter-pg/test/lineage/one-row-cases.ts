/** Subqueries for a value that a key chooses, and those that may give several rows (`told`). */
export const oneRowCases: readonly (readonly [text: string, lineage: string])[] = [
  ['SELECT (SELECT email FROM customers WHERE id = 1)', 'customers.email ? customers.id'],
  ['SELECT (SELECT email FROM customers WHERE 1 = id)', 'customers.email ? customers.id'],
  ["SELECT (SELECT email FROM customers WHERE id = '1'::bigint)", 'customers.email ? customers.id'],
  [
    'SELECT o.total, (SELECT c.email FROM customers c WHERE c.id = o.customer_id) FROM orders o',
    'orders.total! | customers.email > customers.id orders.customer_id',
  ],
  [
    "SELECT (SELECT c.email FROM customers c WHERE c.vip AND (c.name = 'a' AND c.id = o.customer_id)) FROM orders o",
    'customers.email > customers.id customers.vip orders.customer_id ? customers.name',
  ],
  ["SELECT (SELECT initials FROM members WHERE email = 'a')", 'members.email members.initials ? members.email'],
  [
    "SELECT (SELECT initials FROM members WHERE ssn = 'a' AND org = 1)",
    'members.email members.initials ? members.org members.ssn',
  ],
  ['SELECT (SELECT body FROM days_2024 d, LATERAL (SELECT 1 AS body) s)', '- > days.at days_2024.at'],
  [
    "SELECT (SELECT id FROM parcels WHERE code = 'a' AND id = 1)",
    'parcels.id parcels_1.id parcels_2.id ? parcels.code parcels.id parcels_1.code parcels_1.id parcels_2.code parcels_2.id',
  ],
  // Several rows may be chosen.
  ['SELECT (SELECT email FROM customers WHERE name = $1)', 'customers.email > customers.email ? customers.name'],
  ['SELECT (SELECT email FROM customers WHERE id > 1)', 'customers.email > customers.email customers.id'],
  ['SELECT (SELECT email FROM customers WHERE id = id)', 'customers.email > customers.email customers.id'],
  [
    'SELECT (SELECT email FROM customers WHERE id = 1 OR vip)',
    'customers.email > customers.email customers.id customers.vip',
  ],
  ['SELECT (SELECT email FROM customers WHERE NOT id = 1)', 'customers.email > customers.email customers.id'],
  ['SELECT (SELECT email FROM customers WHERE id IN (1, 2))', 'customers.email > customers.email ? customers.id×2'],
  ['SELECT (SELECT email FROM customers WHERE id = ANY ($1))', 'customers.email > customers.email customers.id'],
  ['SELECT (SELECT email FROM customers WHERE id = (SELECT 1))', 'customers.email > customers.email customers.id'],
  [
    'SELECT (SELECT email FROM customers WHERE id OPERATOR(shop.=) 1)',
    'customers.email > customers.email customers.id',
  ],
  [
    'SELECT (SELECT c.email FROM customers c WHERE o.id = 1) FROM orders o',
    'customers.email > customers.email orders.id',
  ],
  // Two whole numbers may become one that has a point.
  ['SELECT (SELECT email FROM customers WHERE id = $1::float8)', 'customers.email > customers.email ? customers.id'],
  [
    'SELECT (SELECT c.email FROM customers c, orders o WHERE c.id = 1)',
    'customers.email > customers.email ? customers.id',
  ],
  [
    'SELECT (SELECT c.email FROM customers c JOIN orders o ON true WHERE c.id = 1)',
    'customers.email > customers.email ? customers.id',
  ],
  [
    'SELECT (SELECT c.email FROM customers c, LATERAL (SELECT 1) s WHERE c.id = 1)',
    'customers.email > customers.email ? customers.id',
  ],
  [
    'SELECT (SELECT email FROM customers WHERE id = 1 UNION ALL SELECT note FROM orders)',
    'customers.email orders.note > customers.email orders.note ? customers.id',
  ],
  [
    'SELECT (SELECT email FROM order_mail WHERE id = 1)',
    'customers.email order_mail.email > customers.email customers.id order_mail.email orders.customer_id ? order_mail.id orders.id',
  ],
  // Not the whole key, one that does not hold for all rows, and texts under another collation.
  [
    "SELECT (SELECT initials FROM members WHERE ssn = 'a')",
    'members.email members.initials > members.email members.initials ? members.ssn',
  ],
  [
    'SELECT (SELECT initials FROM members WHERE room = 1)',
    'members.email members.initials > members.email members.initials ? members.room',
  ],
  [
    'SELECT (SELECT m.initials FROM members m WHERE m.email = l.note) FROM letters l',
    'members.email members.initials > letters.note members.email',
  ],
  [
    'SELECT (SELECT initials FROM members WHERE email = \'a\' COLLATE "C")',
    'members.email members.initials > members.email members.initials',
  ],
  // Chosen by a key, it may fail all the same.
  ['SELECT (SELECT 1 / id FROM customers WHERE id = 1)', 'customers.id > customers.id ? customers.id'],
]

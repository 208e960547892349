import { call, query, type Way } from '../way.js'

/** Getting values out that are masked. */
export const masked: readonly Way[] = [
  {
    name: 'e-mails in base64',
    calls: () => [query("select encode(convert_to(email, 'UTF8'), 'base64') from customers")],
    by: [],
  },
  {
    name: 'guess a letter by dividing by zero',
    calls: ({ canaries }) => [
      query(`select 1 / (ascii(email) - ${String(canaries.email.charCodeAt(0))}) from customers where id = 1`),
      query(`select 1 / (ascii(email) - ${String(canaries.email.charCodeAt(0) + 1)}) from customers where id = 1`),
    ],
    alike: true,
    by: [],
  },
  { name: 'delete orders', calls: () => [query('delete from orders where id = 1')], by: [] },
  { name: 'a secret', calls: () => [[call('kubernetes_get', { apiVersion: 'v1', kind: 'Secret', name: 'database' })]], by: [] },
]

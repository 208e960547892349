import type { LocalPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'

/** What must be in no log. */
export const secrets = ['jane.doe@example.com', 'known to the door alone', '4711-0815']

const [email, password] = secrets

/** The shop's schema, a row, and the plain role that the door logs in with. */
const schema = `
create table customers (id int primary key, name text not null, email text not null, note text not null default '');
insert into customers values (1, 'Jane', '${String(email)}');
create role shop_agent login password '${String(password)}';
grant select, update on customers to shop_agent;
`

/** Seeds the shop on a server that was just made. Resolves to what the door logs in with. */
export async function seedShop(server: LocalPostgres): Promise<string> {
  const owner = new pg.Client({ connectionString: server.superuserUrl })
  await owner.connect()
  await owner.query(schema)
  await owner.end()
  const door = new URL(server.superuserUrl)
  door.username = 'shop_agent'
  door.password = encodeURIComponent(String(password))
  return door.href
}

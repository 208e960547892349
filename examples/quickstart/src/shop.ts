import type { LocalPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'

/** The shop's schema and a handful of rows, made by its owner before any agent comes near. */
const schema = `
create table customers (id int primary key, name text not null, email text not null);
create table orders (
  id int primary key,
  customer int not null references customers,
  total numeric(10, 2) not null,
  status text not null default 'open'
);
insert into customers values (1, 'Jane', 'jane.doe@example.com'), (2, 'Rosa', 'rosa@example.com');
insert into orders values (101, 1, 19.90, 'open'), (102, 1, 5.00, 'paid'), (103, 2, 120.00, 'open');
create function monthly_report() returns int language plpgsql as
  $$ begin delete from orders where status = 'paid'; return 1; end $$;
`

/** The role that the door logs in with: a plain one that owns nothing. */
const role = `
create role shop_agent login password 'known to the door alone';
grant select, insert, update, delete on all tables in schema public to shop_agent;
`

/** Where the shop is, for its owner and for the door. */
export interface Shop {
  readonly ownerUrl: string
  readonly doorUrl: string
}

/** Seeds the shop on a server that was just made. */
export async function seedShop(server: LocalPostgres): Promise<Shop> {
  const owner = new pg.Client({ connectionString: server.superuserUrl })
  await owner.connect()
  await owner.query(schema)
  await owner.query(role)
  await owner.end()
  const door = new URL(server.superuserUrl)
  door.username = 'shop_agent'
  door.password = encodeURIComponent('known to the door alone')
  return { ownerUrl: server.superuserUrl, doorUrl: door.href }
}

/** One value as the owner sees it, past the door: what really is in the table. */
export async function ownerSees(shop: Shop, sql: string): Promise<string> {
  const owner = new pg.Client({ connectionString: shop.ownerUrl })
  await owner.connect()
  const answer = await owner.query<unknown[]>({ text: sql, rowMode: 'array' })
  await owner.end()
  return String(answer.rows[0]?.[0])
}

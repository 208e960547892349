import type { LocalPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'

/** The shop's schema and a handful of rows, made by its owner before any agent comes near. */
const schema = `
create table accounts (id int primary key, credit int not null);
create table drafts (id int primary key);
insert into accounts select id, 0 from generate_series(1, 6) id;
insert into drafts select generate_series(1, 3);
`

/** The role that the doors log in with: a plain one that owns nothing. */
const role = `
create role shop_agent login password 'known to the doors alone';
grant select, insert, update, delete on all tables in schema public to shop_agent;
`

/** Where the shop is, for its owner and for the doors, and where the ledger is: in a database that no agent reaches. */
export interface Shop {
  readonly ownerUrl: string
  readonly doorUrl: string
  readonly ledgerUrl: string
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
  door.password = encodeURIComponent('known to the doors alone')
  const ledger = await server.createDatabase('ledger')
  return { ownerUrl: server.superuserUrl, doorUrl: door.href, ledgerUrl: ledger.url }
}

/** One value as the owner sees it, past every door: what really is in the table. */
export async function ownerSees(shop: Shop, sql: string): Promise<string> {
  const owner = new pg.Client({ connectionString: shop.ownerUrl })
  await owner.connect()
  const answer = await owner.query<unknown[]>({ text: sql, rowMode: 'array' })
  await owner.end()
  return String(answer.rows[0]?.[0])
}

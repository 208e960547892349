import type { LocalPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'

/** Made by the owner before any agent comes near; the door logs in as a plain role that owns nothing. */
const seed = `
create table orders (id int primary key, status text not null);
insert into orders values (101, 'open'), (102, 'cancelled'), (103, 'paid'), (104, 'cancelled');
create role shop_agent login password 'known to the door alone';
grant select, delete on orders to shop_agent;
`

export interface Shop {
  readonly doorUrl: string
  /** The ids of the orders, as the owner sees them, past the door. */
  orders(): Promise<readonly number[]>
  close(): Promise<void>
}

export async function openShop(server: LocalPostgres): Promise<Shop> {
  const owner = new pg.Client({ connectionString: server.superuserUrl })
  await owner.connect()
  await owner.query(seed)
  const door = new URL(server.superuserUrl)
  door.username = 'shop_agent'
  door.password = encodeURIComponent('known to the door alone')
  return {
    doorUrl: door.href,
    orders: async () => {
      const { rows } = await owner.query<{ id: number }>('select id from orders order by id')
      return rows.map(({ id }) => id)
    },
    close: () => owner.end(),
  }
}

/** The password of the door's role. */
export const crashPassword = 'known to the door alone'

/** What the database's owner makes for the agents that crash; the door's role is a plain one. */
export const crashSchema: string = `
  create table entries (n int not null);
  create table counters (id int primary key, value int not null);
  insert into counters select i, 0 from generate_series(1, 100) i;
  create role door login password '${crashPassword}';
  grant select, insert, update on all tables in schema public to door;
`

export const crashPolicy = {
  version: 1,
  targets: { db: { kind: 'postgres' } },
  roles: {
    agent: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
    ],
  },
} as const

/** The statements of an agent that is about to crash, by kind. The numbers are unique. */
export const crashStatements: readonly ((n: number, random: number) => string)[] = [
  (n) => `insert into entries (n) values (${String(n)})`,
  (n, random) => `insert into entries (n) select ${String(n)} from pg_sleep(${(random / 100).toFixed(4)})`,
  (n, random) =>
    `update counters set value = ${String(n)} where id = ${String(1 + Math.floor(random * 100))} or id = ${String(n)}`,
  (n) => `select count(*) from counters where id < ${String(n)}`,
]

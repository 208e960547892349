/** Who the crowd is: each principal has one session. */
export const principals = ['agent-one', 'agent-two', 'agent-three'] as const
export type PrincipalName = (typeof principals)[number]

/** What the database's owner makes for the crowd; the door's role is a plain one. `n` is unique without a constraint. */
export const loadSchema = (password: string): string => `
  create table entries (principal text not null, n int not null);
  create table approved (principal text not null, n int not null);
  create table disapproved (principal text not null, n int not null);
  create table ignored (principal text not null, n int not null);
  create table forbidden (principal text not null, n int not null);
  create role door login password '${password}';
  grant select, insert, delete on all tables in schema public to door;
`

/** Writes to three of the tables are held, the forbidden table is denied, and nothing allows deletes. */
export const loadPolicy = {
  version: 1,
  targets: { db: { kind: 'postgres' } },
  roles: {
    agent: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
    ],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  deny: [{ id: 'no-forbidden', target: 'db', duty: ['read', 'write'], resource: 'table:public.forbidden' }],
  hold: ['approved', 'disapproved', 'ignored'].map((table) => ({
    id: `held-${table}`,
    target: 'db',
    duty: 'write',
    resource: `table:public.${table}`,
    require: [{ stage: 'dba', count: 1, role: 'dba' }],
    ttl: '1m',
  })),
} as const

/** The password of the door's role. */
export const doorPassword = 'known to the door alone'

/** What the database's owner makes for the two processes; the door's role is a plain one. */
export const twoKeysSchema: string = `
  create table entries (n int not null);
  create role door login password '${doorPassword}';
  grant select, insert on entries to door;
`

/** Every write needs one person, who signs. */
export const twoKeysPolicy = {
  version: 1,
  targets: { db: { kind: 'postgres' } },
  roles: {
    agent: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
    ],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'writes',
      target: 'db',
      duty: 'write',
      require: [{ stage: 'peer', count: 1, role: 'dba' }],
      ttl: '10m',
      level: 'signed',
    },
  ],
} as const

/** Who signs for what people decided. */
export const desk = 'https://desk.example'

/** Everybody that the desk signs for. */
export const peopleOf = 'https://people.example'

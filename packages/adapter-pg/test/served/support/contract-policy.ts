/** The policy of the contract's cases on the database of `contractDatabase`. */
export const contractPolicy: Readonly<Record<string, unknown>> = {
  version: 1,
  targets: { db: { kind: 'postgres' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  deny: [{ id: 'no-drop', target: 'db', duty: 'define' }],
  hold: [{ id: 'h', target: 'db', duty: 'write', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' }],
}

/** Allow rules that tests put together. */

export const reading: readonly object[] = [{ target: 'db', duty: 'read', resource: 'table:public.*' }]

export const writing: readonly object[] = [
  { target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' },
]

/** COPY FROM STDIN, whose rows come after the decision. */
export const copying: readonly object[] = [{ target: 'db', duty: ['write', 'transfer'], when: { payload: 'unbound' } }]

/** Everything but DELETE and GRANT. */
export const allButDelete: readonly object[] = [
  { target: 'db', duty: ['read', 'write', 'define', 'execute', 'transfer', 'session'] },
  ...copying,
]

import { call, psql, query, type Way } from '../way.js'

/** Reaching another agent's session, or going on in one that is over. */
export const sessions: readonly Way[] = [
  {
    name: "another agent's tool for its database",
    calls: () => [[call('other_query', { sql: 'select iban from payroll' })]],
    by: ['ERR_DELEGATION_REFUSED'],
  },
  {
    name: "another agent's tool for its cluster",
    calls: () => [[call('other_get', { apiVersion: 'v1', kind: 'Secret', name: 'bank', namespace: 'payroll' })]],
    by: ['ERR_DELEGATION_REFUSED'],
  },
  {
    name: "another agent's tool beside one of its own",
    calls: () => [[call('query', { sql: 'select 1' }), call('other_query', { sql: 'select iban from payroll' })]],
    by: ['ERR_DELEGATION_REFUSED'],
  },
  {
    name: 'a sub-agent writes, which it was not given',
    actor: 'reader',
    calls: () => [query("update orders set status = 'paid' where id = 17")],
    by: ['ERR_DENIED'],
  },
  {
    name: 'a sub-agent reads what its parent alone may',
    actor: 'reader',
    calls: () => [query('select name from customers')],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'nobody: a name is no canary',
  },
  {
    name: 'a sub-agent reads masked values',
    actor: 'reader',
    calls: () => [query('select email from customers')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'a sub-agent uses the tools of another agent',
    actor: 'reader',
    calls: () => [[call('other_query', { sql: 'select iban from payroll' })]],
    by: ['ERR_DELEGATION_REFUSED'],
  },
  {
    name: 'an agent of the same owner goes on with a call that waits',
    calls: () => [[call('query', { sql: 'delete from orders where id = 18' }, 'call-shared')]],
    meanwhile: {
      actor: 'reader',
      calls: () => [[call('query', { sql: 'delete from orders where id = 18' }, 'call-shared')]],
    },
    by: ['ERR_DENIED', 'denied'],
  },
  {
    name: 'a session that was closed',
    actor: 'closed',
    calls: () => [query('select email from customers')],
    by: ['ERR_SESSION_CLOSED'],
  },
  {
    name: 'a closed session at the cluster',
    actor: 'closed',
    calls: () => [[call('kubernetes_get', { apiVersion: 'v1', kind: 'Secret', name: 'database' })]],
    by: ['ERR_SESSION_CLOSED'],
  },
  {
    name: 'a session that was revoked',
    actor: 'revoked',
    calls: () => [query('select email from customers')],
    by: ['ERR_SESSION_CLOSED'],
  },
  {
    name: 'a revoked session sends mail',
    actor: 'revoked',
    calls: () => [[call('mail', { to: 'team', text: 'still here' })]],
    by: ['ERR_SESSION_CLOSED'],
  },
  {
    name: 'the name of another session on its connection',
    calls: () => [
      psql("set application_name = 'bothkeys:00000000'; set session authorization app_owner; table payroll"),
    ],
    by: ['ERR_PROTOCOL_REFUSED'],
  },
  {
    name: 'a lock by which others know each other',
    calls: () => [query('select pg_advisory_lock(4711, 1)')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'a transaction that another session prepared',
    calls: () => [psql("begin; insert into orders values (98, 1, 'open', 'x'); prepare transaction 'mine'")],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'the server, which prepares none unless it is told to',
  },
]

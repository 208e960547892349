import { psql, query, type Way } from '../way.js'

/** Reading what is none of its business, by functions, files and names of the server. */
export const read: readonly Way[] = [
  {
    name: "another agent's table",
    calls: () => [query('select who, iban from payroll')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same behind two statements and a comment',
    calls: () => [psql('select 1; /* only orders */ table payroll -- \n;')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same in a subquery that decides a column',
    calls: () => [query('select id, (select iban from payroll limit 1) as note from orders limit 1')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same by a function that reads it',
    calls: () => [query('select iban_of(1)')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same prepared under a name first',
    calls: () => [psql('prepare p as select iban from payroll; execute p')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same by a cursor',
    calls: () => [psql('begin; declare c cursor for select iban from payroll; fetch all from c; commit')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same by COPY to the client',
    calls: () => [psql('copy payroll to stdout')],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'a client that takes no COPY',
  },
  {
    name: 'the same by a text that the server runs',
    calls: () => [query("select query_to_xml('select iban from payroll', true, false, '')")],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same by a new table',
    calls: () => [psql('create temp table loot as select iban from payroll')],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'nobody: the table is gone with its connection',
  },
  {
    name: 'the same by acting as another role',
    calls: () => [psql('set role app_owner; select iban from payroll')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'the same by a name that is not what it seems',
    calls: () => [query('with orders as (select * from public.payroll) select iban from orders')],
    by: ['ERR_DENIED'],
  },
  {
    name: 'a file of the server',
    calls: () => [query("select pg_read_file('secret.txt')")],
    by: ['ERR_DENIED'],
  },
  {
    name: 'a file of the server by COPY into a table',
    calls: () => [psql("create temp table f (line text); copy f from program 'cat secret.txt'; select * from f")],
    by: ['ERR_STATEMENT_INVALID'],
  },
  {
    name: 'a file of the server as a large object',
    calls: () => [psql("select lo_get(lo_import('secret.txt'))")],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'the server, whose large objects of files are for superusers',
  },
  {
    name: 'what other sessions run',
    calls: () => [query('select query from pg_stat_activity')],
    by: ['ERR_DENIED'],
    alsoStoppedBy: 'nobody: it shows nothing that is a canary here',
  },
  {
    name: 'another database by a connection of its own',
    calls: () => [
      psql(
        "create extension if not exists dblink; select * from dblink('dbname=app', 'select iban from payroll') as t(iban text)",
      ),
    ],
    by: ['ERR_STATEMENT_INVALID'],
    alsoStoppedBy: 'the server, which lets superusers alone install it',
  },
]

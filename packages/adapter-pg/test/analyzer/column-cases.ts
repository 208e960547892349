import type { Cases } from './support/expected.js'

/** Columns that are written behind a view, a rule or a foreign key. */
export const writtenColumns: Cases = {
  "update people_roles set title = 'x' where number = 1": [
    'write table:shop.people_roles kind=view columns=title',
    'read table:shop.people_roles kind=view columns=number',
    'write table:shop.people via=view columns=boss,id,role',
    'read table:shop.people via=view columns=boss,id,role',
  ],
  "insert into people_twice values (1, 'x')": [
    'write table:shop.people_twice kind=view columns=number,title',
    'write table:shop.people_roles kind=view via=view columns=number,title',
    'read table:shop.people_roles kind=view via=view columns=',
    'write table:shop.people via=view columns=id,role',
    'read table:shop.people via=view columns=id,role',
  ],
  'delete from people_twice': [
    'delete table:shop.people_twice kind=view unbounded',
    'delete table:shop.people_roles kind=view via=view unbounded',
    'read table:shop.people_roles kind=view via=view columns=number,title',
    'delete table:shop.people via=view unbounded',
    'read table:shop.people via=view columns=id,role',
  ],
  'insert into people_whole (id) values (1)': [
    'write table:shop.people_whole kind=view columns=id',
    'write table:shop.people via=view columns=boss,id,role,ssn',
    'read table:shop.people via=view columns=',
  ],
  // A rule that does something besides leaves the change to the table behind the view.
  "update people_logged set role = 'x'": [
    'write table:shop.people_logged kind=view unbounded columns=id,role',
    'read table:shop.people_logged kind=view via=rule columns=*,id,role',
    'write table:shop.audit_log via=rule columns=at,what',
    'read table:shop.audit_log via=rule columns=*,at,what',
    'write table:shop.people via=view unbounded columns=boss,id,role',
    'read table:shop.people via=view columns=boss,id,role',
  ],
  "update people_instead set role = 'x'": [
    'write table:shop.people_instead kind=view unbounded columns=id,role',
    'read table:shop.people_instead kind=view via=rule columns=*,id,role',
    'read table:shop.people via=view columns=id,role',
    'write table:shop.lone via=rule unbounded columns=a,b',
    'read table:shop.lone via=rule columns=*,a,b',
    'execute function:shop.checked userDefined via=check',
  ],
  'insert into lock_asked values (1)': [
    'write table:shop.lock_asked columns=id',
    'write table:shop.lock_asked lock=update',
    'read table:shop.lock_asked via=rule columns=*,id',
    'write table:shop.drawn via=rule columns=b,id',
    'write table:shop.drawn lock=update',
    'read table:shop.drawn via=rule columns=*,b,id',
    'write sequence:shop.tickets via=default',
    'write table:shop.held via=rule columns=body,id',
    'write table:shop.held lock=update',
    'read table:shop.held via=rule columns=*,body,id',
    'execute function:shop.checked userDefined via=policy',
    'execute function:shop.visible userDefined via=policy',
  ],
  // The key that follows its own table.
  'update people set id = 2 where id = 1': [
    'write table:shop.people columns=boss,id',
    'read table:shop.people columns=boss,id',
  ],
  "update people set role = 'x' where id = 1": [
    'write table:shop.people columns=role',
    'read table:shop.people columns=id',
  ],
}

/** Columns that are read behind views which name whole rows, and behind several views at once. */
export const shownColumns: Cases = {
  // What `*` stands for is known from any of the statements.
  'explain select id from people; select * from people': ['read table:shop.people columns=*,boss,id,role,ssn'],
  'select title from people_roles': [
    'read table:shop.people_roles kind=view columns=title',
    'read table:shop.people via=view columns=id,role',
  ],
  'select all_of from people_whole': [
    'read table:shop.people_whole kind=view columns=all_of',
    'read table:shop.people via=view columns=*,boss,id,role,ssn',
  ],
  'select joined from people_joined': [
    'read table:shop.people_joined kind=view columns=joined',
    'read table:shop.people via=view columns=*,boss,id,role,ssn',
    'read table:shop.lone via=view columns=*,a,b',
  ],
  'select number from people_two': [
    'read table:shop.people_two kind=view columns=number',
    'read table:shop.people_roles kind=view via=view columns=number',
    'read table:shop.people via=view columns=id,role,ssn',
  ],
  'select number from people_apart': [
    'read table:shop.people_apart kind=view columns=number',
    'read table:shop.people_roles kind=view via=view columns=number',
    'read table:shop.people_ssn kind=view via=view columns=ssn',
    'read table:shop.people via=view columns=id,role,ssn',
  ],
}

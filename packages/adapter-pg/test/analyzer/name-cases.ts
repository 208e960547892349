import type { Cases } from './support/expected.js'

/** Columns of a join by the names that its alias gives. */
export const joinedColumns: Cases = {
  'select j.q from (people as u(a, a) join lone on true) as j(p, q)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
  ],
  'select j.d from (people p join lone on true) as j(a, b, c, d)': [
    'read table:shop.people columns=boss',
    'read table:shop.lone columns=',
  ],
  'select j.c from (people p join lone on true) as j(a, b, c, d)': [
    'read table:shop.people columns=ssn',
    'read table:shop.lone columns=',
  ],
  'select c from (people p join lone on true) as j(a, b, c)': [
    'read table:shop.people columns=ssn',
    'read table:shop.lone columns=',
  ],
  'select j.e from (people p join lone on true) as j(a, b, c, d)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
  ],
  'select j.id from (people p join lone on true) as j': [
    'read table:shop.people columns=id',
    'read table:shop.lone columns=',
  ],
  'select (j).c from (people p join lone on true) as j(a, b, c)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
  ],
  'select k.y from ((people p join lone on true) as j(a, b, c) join orders o on true) as k(x, z, y)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
    'read table:shop.orders columns=*,customer_id,id,note,status,total',
  ],
  'select k.z from (people p join people q using (role)) as k(z, y)': ['read table:shop.people columns=role'],
  'select j.id from (people p join generate_series(1,3) as g(n) on true) as j': ['read table:shop.people columns=id'],
  'select j.c from (people p join generate_series(1,3) as g(n) on true) as j(a,b,c)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
  ],
  'select j.to_json from (people p join generate_series(1,3) as g(n) on true) as j': [
    'read table:shop.people columns=*,boss,id,role,ssn',
  ],
  'select (select c from (people p join generate_series(1,3) as g(n) on true) as j(a,b,c)) from (select 1 as c) q': [
    'read table:shop.people columns=*,boss,id,role,ssn',
  ],
  'select k.role from people p join lone l using (id) as k': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
  ],
  'select role from people p join people q using (role) as k': ['read table:shop.people columns=role'],
  'select j.* from (people p join lone on true) as j(a,c)': [
    'read table:shop.people columns=*,boss,id,role,ssn',
    'read table:shop.lone columns=*,a,b',
  ],
}

/** Names of the select list: what hides a column of the same name around it. */
export const outputNames: Cases = {
  'select b as a from lone group by a, b': ['read table:shop.lone columns=a,b'],
  'select lower(b) as c from lone group by c order by c': ['read table:shop.lone columns=b'],
  "select id, (select 1 as ssn from lone having ssn like '1%') from people": [
    'read table:shop.people columns=id,ssn',
    'read table:shop.lone columns=',
  ],
  'select id, (select n as ssn from generate_series(1,3) v(n) order by ssn limit 1) from people': [
    'read table:shop.people columns=id',
  ],
  "select id, (select n as ssn from generate_series(1,3) v(n) order by (ssn = '1') limit 1) from people": [
    'read table:shop.people columns=id,ssn',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'select id, (select n as ssn from generate_series(1,3) v(n) order by n offset ssn::int limit 1) from people': [
    'read table:shop.people columns=id,ssn',
  ],
  "select id, (select distinct on (ssn || 'x') n as ssn from generate_series(1,3) v(n) limit 1) from people": [
    'read table:shop.people columns=id,ssn',
    'execute function:shop.concat_all userDefined via=operator',
  ],
  'select id, (select 1 as ssn from lone group by ssn) from people': [
    'read table:shop.people columns=id',
    'read table:shop.lone columns=',
  ],
  "select id, (select 1 as ssn from lone group by (ssn || 'a')) from people": [
    'read table:shop.people columns=id,ssn',
    'read table:shop.lone columns=',
  ],
  'select lower(b) as k, count(*) from lone group by rollup (k, (k, a))': ['read table:shop.lone columns=a,b'],
  'select b as role from lone window w as (order by role)': ['read table:shop.lone columns=b,role'],
  'select id, (select first_value(n) over w as ssn from generate_series(1,2) v(n) window w as (order by ssn) limit 1) from people':
    ['read table:shop.people columns=id,ssn'],
  'select id, (select 1 as ssn union select 2 limit ssn::int) from people': ['read table:shop.people columns=id,ssn'],
}

/** NATURAL compares whatever both sides may have. */
export const naturalJoins: Cases = {
  "select count(*) from unnest(array['1']) ssn natural join people": [
    'read table:shop.people columns=boss,id,role,ssn',
  ],
  "select 1 from prices natural join json_to_record('{}') as v(price money_)": [
    'read table:shop.prices columns=id,price',
    'execute function:shop.same_money userDefined via=operator',
  ],
  'with recursive r(n) as (select 1 union all select n + 1 from r) search depth first by n set ssn select 1 from people natural join r':
    ['read table:shop.people columns=boss,id,role,ssn'],
  "select count(*) from people natural join json_to_record('{}') as v(ssn text)": [
    'read table:shop.people columns=boss,id,role,ssn',
  ],
  "select count(*) from people natural join unnest(array['1']) ssn": [
    'read table:shop.people columns=boss,id,role,ssn',
  ],
  "select count(*) from people natural join (select * from json_each('{}') as f(k)) q": [
    'read table:shop.people columns=boss,id,role,ssn',
  ],
  "select count(*) from people natural join (values ('123')) v(ssn)": ['read table:shop.people columns=ssn'],
  'select count(*) from lone natural join (lone l join unnest(array[1]) u on true)': [
    'read table:shop.lone columns=a,b',
  ],
}

/** Names that are out of sight where they stand. */
export const namesInSight: Cases = {
  'select (select a.ssn from (lone a cross join items) as j limit 1) from people a': [
    'read table:shop.people columns=ssn',
    'read table:shop.lone columns=',
    'read table:shop.items columns=',
  ],
  'update lone set a = 1 from people old returning old.ssn': [
    'read table:shop.people columns=ssn',
    'write table:shop.lone unbounded columns=a',
    'execute function:shop.checked userDefined via=check',
    'read table:shop.lone columns=',
  ],
  'update lone set a = 1 returning old.b, new.a': [
    'write table:shop.lone unbounded columns=a',
    'execute function:shop.checked userDefined via=check',
    'read table:shop.lone columns=a,b',
  ],
  "select id, (select count(*) from (select 1 as ssn) v, (lone a join lone b on ssn = '1')) from people": [
    'read table:shop.people columns=id,ssn',
    'read table:shop.lone columns=',
  ],
  'select id, (select count(*) from (select 1 as ssn) v, lone tablesample system (ssn::float)) from people': [
    'read table:shop.people columns=id,ssn',
    'read table:shop.lone columns=',
  ],
  "select id, (select text from (select ('1'::text)::int) q) from people": ['read table:shop.people columns=id,text'],
}

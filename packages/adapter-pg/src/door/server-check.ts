import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { ServerFinding } from './server-finding.js'
import { unlessAborted } from './unless-aborted.js'
import type { ResolvedConfig } from './upstream-config.js'

/** What the start-up check and `doctor()` found. */
export interface ServerCheck {
  /** As the server says it: `18.1`. */
  readonly serverVersion: string
  /** The role that the door is logged in as. */
  readonly role: string
  /** What weakens the door. Empty: nothing was found. */
  readonly findings: readonly ServerFinding[]
}

/** The newest major version whose grammar the analyzer knows. */
const grammarVersion = 18

const roleQuery = `
select r.rolname, r.rolsuper, r.rolcreaterole, r.rolbypassrls, r.rolreplication,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
       pg_catalog.current_setting('server_encoding') as encoding
from pg_catalog.pg_roles r where r.rolname operator(pg_catalog.=) current_user`

const membershipQuery = `
select r.rolname from pg_catalog.pg_roles r
where r.rolname operator(pg_catalog.=) any (array['pg_read_server_files', 'pg_write_server_files',
  'pg_execute_server_program', 'pg_signal_backend', 'pg_write_all_data', 'pg_read_all_data', 'pg_maintain']::pg_catalog.name[])
  and pg_catalog.pg_has_role(current_user, r.oid, 'USAGE')`

const writersQuery = `
select n.nspname, coalesce(w.rolname, 'public') as writer
from pg_catalog.pg_namespace n
cross join lateral (
  select a.grantee from pg_catalog.aclexplode(coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) a
  where a.privilege_type operator(pg_catalog.=) 'CREATE'
  union select n.nspowner
) g
left join pg_catalog.pg_roles w on w.oid operator(pg_catalog.=) g.grantee
where n.nspname operator(pg_catalog.=) any (pg_catalog.current_schemas(false))
  and n.nspname operator(pg_catalog.<>) 'pg_catalog'
  and (w.oid is null or not w.rolsuper)
  and coalesce(w.rolname, 'public') operator(pg_catalog.<>) current_user
  and coalesce(w.rolname, '') operator(pg_catalog.<>) 'pg_database_owner'
union
select n.nspname, d.rolname
from pg_catalog.pg_namespace n, pg_catalog.pg_database b, pg_catalog.pg_roles d, pg_catalog.pg_roles o
where n.nspname operator(pg_catalog.=) any (pg_catalog.current_schemas(false))
  and o.oid operator(pg_catalog.=) n.nspowner and o.rolname operator(pg_catalog.=) 'pg_database_owner'
  and b.datname operator(pg_catalog.=) pg_catalog.current_database()
  and d.oid operator(pg_catalog.=) b.datdba and not d.rolsuper
  and d.rolname operator(pg_catalog.<>) current_user`

const createQuery = `
select n.nspname from pg_catalog.pg_namespace n
where n.nspname operator(pg_catalog.=) any (pg_catalog.current_schemas(false))
  and pg_catalog.has_schema_privilege(n.oid, 'CREATE')`

/** How long a server may take for one of the questions. */
const questionTimeoutMs = 10_000

/** Looks at the server's role with the operator's own login, and at this process's environment, until `signal` aborts. */
export async function checkServer(
  resolved: ResolvedConfig,
  schemaWriters: readonly string[],
  signal: AbortSignal,
): Promise<ServerCheck> {
  const client = new pg.Client({
    ...resolved.login,
    options: resolved.options,
    application_name: 'bothkeys doctor',
    query_timeout: questionTimeoutMs,
  })
  client.on('error', () => undefined)
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
  return unlessAborted(
    [signal],
    () => askServer(client, schemaWriters),
    () => stream.destroy(),
  )
}

async function askServer(client: pg.Client, schemaWriters: readonly string[]): Promise<ServerCheck> {
  await client.connect()
  try {
    const role = (await client.query<RoleRow>(roleQuery)).rows[0]
    if (role === undefined) throw new Error('the server does not know its own role')
    const memberships = await client.query<{ rolname: string }>(membershipQuery)
    const writers = await client.query<{ nspname: string; writer: string }>(writersQuery)
    const creatable = await client.query<{ nspname: string }>(createQuery)
    return {
      serverVersion: String(role.version),
      role: role.rolname,
      findings: [
        ...roleFindings(role),
        ...memberships.rows.map((row) => membershipFinding(row.rolname)),
        ...writers.rows
          .filter((row) => !schemaWriters.includes(row.writer))
          .map((row) => writerFinding(row.nspname, row.writer)),
        ...creatable.rows.map((row) => createFinding(row.nspname)),
        ...environmentFindings(),
      ],
    }
  } finally {
    await client.end()
  }
}

interface RoleRow {
  readonly rolname: string
  readonly rolsuper: boolean
  readonly rolcreaterole: boolean
  readonly rolbypassrls: boolean
  readonly rolreplication: boolean
  readonly version: number
  readonly encoding: string
}

function roleFindings(role: RoleRow): ServerFinding[] {
  const findings: ServerFinding[] = []
  const add = (id: ServerFinding['id'], present: boolean, message: string, hint: string, refuses = false): void => {
    if (present) findings.push({ id, message, hint, refuses })
  }
  add(
    'superuser',
    role.rolsuper,
    'the role is a superuser',
    'give the door a role of its own: CREATE ROLE … NOSUPERUSER',
  )
  add('createrole', role.rolcreaterole, 'the role may create roles', 'ALTER ROLE … NOCREATEROLE')
  add('bypassrls', role.rolbypassrls, 'the role bypasses row level security', 'ALTER ROLE … NOBYPASSRLS')
  add('replication', role.rolreplication, 'the role may replicate', 'ALTER ROLE … NOREPLICATION')
  add(
    'server-newer-than-grammar',
    role.version >= (grammarVersion + 1) * 10_000,
    `the server is newer than PostgreSQL ${String(grammarVersion)}, whose grammar the door knows`,
    'update bothkeys',
    true,
  )
  // In others the server folds and cuts names by bytes that the door does not see.
  add(
    'server-encoding',
    role.encoding !== 'UTF8',
    `the database is encoded in ${role.encoding}, in which names can mean something else than the door reads`,
    'keep what agents use in a database with ENCODING UTF8',
    true,
  )
  return findings
}

function membershipFinding(name: string): ServerFinding {
  return {
    id: 'membership',
    message: `the role is a member of ${name}`,
    hint: `REVOKE ${name} FROM the role of the door`,
    refuses: false,
  }
}

function writerFinding(schema: string, writer: string): ServerFinding {
  return {
    id: 'schema-writer',
    message: `${writer === 'public' ? 'everybody' : `role ${writer}`} may create objects in schema ${schema}, which is on the search path`,
    hint:
      writer === 'public'
        ? `REVOKE CREATE ON SCHEMA ${schema} FROM PUBLIC`
        : `revoke it, or name the role in postgres(…, { schemaWriters: ['${writer}'] }) when it only runs migrations`,
    refuses: true,
  }
}

function createFinding(schema: string): ServerFinding {
  return {
    id: 'schema-create',
    message: `the role of the door may create objects in schema ${schema}`,
    hint: `REVOKE CREATE ON SCHEMA ${schema} from it unless agents are meant to change the schema`,
    refuses: false,
  }
}

/** Credentials that code in this process could use around the door (RULES 34). */
function environmentFindings(): ServerFinding[] {
  return [...variableFindings(), ...passwordFileFindings()]
}

/** A user without an account, as in a container, has none. */
function homeOfUser(): string | undefined {
  try {
    return homedir()
  } catch {
    return undefined
  }
}

function passwordFileFindings(): ServerFinding[] {
  const home = homeOfUser()
  if (home === undefined || !existsSync(join(home, '.pgpass'))) return []
  return [
    {
      id: 'credential-in-file',
      message: 'the password file ~/.pgpass can be read by this process and may lead around the door',
      hint: 'run agents as a user without one, and let pg_hba.conf accept only the door',
      refuses: false,
    },
  ]
}

function variableFindings(): ServerFinding[] {
  return ['PGPASSWORD', 'PGPASSFILE', 'PGSERVICEFILE', 'DATABASE_URL']
    .filter((name) => process.env[name] !== undefined)
    .map((name) => ({
      id: 'credential-in-environment' as const,
      message: `the environment variable ${name} may hold a credential that leads around the door`,
      hint: 'read it once, delete it from process.env, and accept only the door in pg_hba.conf',
      refuses: false,
    }))
}

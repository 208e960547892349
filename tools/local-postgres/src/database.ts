import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** A database with a role of its own, which owns it and is no superuser. */
export type Database = {
  readonly name: string
  /** Connects as the owner. */
  readonly url: string
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Connects to the same database as the role that created it, on a local cluster a superuser. */
  readonly superuserUrl: string
  /** Disconnects everyone and drops the database and its owner. */
  drop(): Promise<void>
}

/**
 * Creates a database and its owner on the server of `adminUrl`, whose role may create both.
 * Without a name it gets a random one, so that several can share a server.
 */
export async function createDatabase(
  adminUrl: string,
  name: string = `bothkeys_${randomBytes(6).toString('hex')}`,
): Promise<Database> {
  const user = `${name}_owner`
  const password = randomBytes(18).toString('base64url')
  await run(adminUrl, [
    `create role ${quote(user)} login password '${password}'`,
    // Only a member of a role may make it the owner of something, unless it is a superuser.
    `grant ${quote(user)} to current_user`,
    `create database ${quote(name)} owner ${quote(user)} template template0`,
  ])
  const { hostname, port } = new URL(adminUrl)
  return {
    name,
    url: withParts(adminUrl, { database: name, user, password }),
    host: hostname,
    port: port === '' ? 5432 : Number(port),
    user,
    password,
    superuserUrl: withParts(adminUrl, { database: name }),
    drop: () =>
      run(adminUrl, [`drop database if exists ${quote(name)} with (force)`, `drop role if exists ${quote(user)}`]),
  }
}

function withParts(url: string, parts: { database: string; user?: string; password?: string }): string {
  const changed = new URL(url)
  changed.pathname = `/${encodeURIComponent(parts.database)}`
  if (parts.user !== undefined) changed.username = encodeURIComponent(parts.user)
  if (parts.password !== undefined) changed.password = encodeURIComponent(parts.password)
  return changed.href
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import pg from 'pg'
import { createDatabase, type LocalPostgres, startPostgres } from '@bothkeys/local-postgres'

let server: LocalPostgres

beforeAll(async () => {
  server = await startPostgres({
    settings: { fsync: 'on', log_statement: 'all' },
    superuser: 'root of all',
    jsonlog: true,
  })
})
afterAll(() => server.stop())

async function ask(url: string, statement: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(statement)
    return rows[0]
  } finally {
    await client.end()
  }
}

describe('a started server', () => {
  it('is reached as an owner who is no superuser, and as the superuser', async () => {
    const who = `select current_user as user, rolsuper as super from pg_roles where rolname = current_user`
    expect(await ask(server.url, who)).toEqual({ user: 'app_owner', super: false })
    expect(await ask(server.superuserUrl, who)).toEqual({ user: 'root of all', super: true })
  })

  it('refuses a wrong password, on TCP and on its socket', async () => {
    const { port, user, host, socketDirectory } = server
    for (const where of [host, socketDirectory]) {
      const client = new pg.Client({ host: where, port, user, password: 'wrong', database: 'app' })
      client.on('error', () => {})
      await expect(client.connect()).rejects.toMatchObject({ code: '28P01' })
    }
  })

  it('has the settings that were asked for', async () => {
    expect(await ask(server.url, 'show fsync')).toEqual({ fsync: 'on' })
  })

  it('logs as JSON when asked', async () => {
    await ask(server.url, `select 'look for me'`)
    // A process of its own writes the log, soon.
    await vi.waitFor(() => {
      const lines = readFileSync(server.jsonLogFile ?? '', 'utf8')
        .split('\n')
        .filter((line) => line.endsWith('}'))
      expect(lines.map((line) => JSON.parse(line) as { message: string })).toContainEqual(
        expect.objectContaining({ message: `statement: select 'look for me'` }),
      )
    })
  })

  it('does not run as root', () => {
    const owner = execFileSync('ps', ['-o', 'user=', '-p', String(server.pid)], { encoding: 'utf8' }).trim()
    expect(owner).toBe(process.getuid?.() === 0 ? 'nobody' : execFileSync('id', ['-un'], { encoding: 'utf8' }).trim())
  })

  it('gives each database an owner who cannot read the others', async () => {
    const [first, second] = [await server.createDatabase(), await server.createDatabase()]
    await ask(first.url, 'create table secret ()')
    expect(await ask(second.url, `select to_regclass('secret') as found`)).toEqual({ found: null })
    expect(first.user).not.toBe(second.user)
  })

  it('drops a database that is in use, and its owner', async () => {
    const database = await server.createDatabase()
    const client = new pg.Client({ connectionString: database.url })
    client.on('error', () => {})
    await client.connect()
    await database.drop()
    await expect(ask(database.url, 'select 1')).rejects.toMatchObject({ code: '28P01' })
    await client.end()
  })

  it('lets a role that is no superuser create a database', async () => {
    await ask(server.superuserUrl, `create role maker login createdb createrole password 'made'`)
    const url = new URL(server.superuserUrl)
    url.username = 'maker'
    url.password = 'made'
    const database = await createDatabase(url.href)
    expect(await ask(database.url, 'select current_database() as name')).toEqual({ name: database.name })
    await database.drop()
  })
})

it('leaves nothing behind when stopped', async () => {
  const short = await startPostgres()
  await short.stop()
  await short.stop()
  expect(existsSync(short.dataDirectory)).toBe(false)
  expect(() => process.kill(short.pid, 0)).toThrow('ESRCH')
})

it('says why a server does not start', async () => {
  await expect(startPostgres({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(/shared_buffers/)
})

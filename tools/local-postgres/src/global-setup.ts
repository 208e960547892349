import pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startPostgres } from './start-postgres.js'
import type { TestServer } from './vitest.js'

/** Vitest calls this once before the integration tests; what it returns, once after them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A developer's PGHOST, PGSSLMODE or PGOPTIONS would reach every client that the tests make.
  for (const name of Object.keys(process.env)) if (name.startsWith('PG')) delete process.env[name]
  const elsewhere = process.env['BOTHKEYS_TEST_PG_URL']
  if (elsewhere !== undefined && elsewhere !== '') {
    project.provide('testServer', await describeServer(elsewhere))
    return async () => {}
  }
  const server = await startPostgres()
  const { superuserUrl, majorVersion, version, source } = server
  process.stdout.write(`integration tests on PostgreSQL ${version} (${source})\n`)
  project.provide('testServer', { superuserUrl, majorVersion, isLocal: true })
  return () => server.stop()
}

async function describeServer(superuserUrl: string): Promise<TestServer> {
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    const { rows } = await client.query<{ major: number }>(
      `select current_setting('server_version_num')::int / 10000 as major`,
    )
    const majorVersion = rows[0]?.major ?? 0
    process.stdout.write(`integration tests on the PostgreSQL ${String(majorVersion)} of BOTHKEYS_TEST_PG_URL\n`)
    return { superuserUrl, majorVersion, isLocal: false }
  } finally {
    await client.end()
  }
}

// An agent as another user: reads through the door, and tries what it may not. Argument: folder, database, token.
import pg from 'pg'

const [host, database, password] = process.argv.slice(2)
const client = new pg.Client({ host, port: 5432, user: 'agent', database, password })
try {
  await client.connect()
  const { rows } = await client.query('select n from notes order by n')
  const denied = await client.query('drop table notes').catch((error) => error.detail)
  process.stdout.write(JSON.stringify({ rows, denied }))
  await client.end()
} catch (error) {
  process.stdout.write(JSON.stringify({ failed: error.code ?? error.message }))
}
process.exit()

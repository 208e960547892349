import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'

/** Every statement text in the server's own log (log_statement = all), up to now: a process of its own writes it, soon. */
export async function textsTheServerSaw(server: LocalPostgres): Promise<readonly string[]> {
  const marker = `the log is read at ${String(process.hrtime.bigint())}`
  const client = new pg.Client(server.superuserUrl)
  await client.connect()
  await client.query(`select '${marker}'`)
  await client.end()
  for (;;) {
    const texts = await textsSoFar(server.jsonLogFile ?? fail())
    if (texts.some((text) => text.includes(marker))) return texts
    await sleep(50)
  }
}

async function textsSoFar(file: string): Promise<readonly string[]> {
  return (
    (await readFile(file, 'utf8'))
      .split('\n')
      // The last line may be half-written.
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as { readonly message?: string; readonly statement?: string })
      .flatMap((entry) => [entry.message ?? '', entry.statement ?? ''])
      .map((text) => text.toLowerCase().trim())
  )
}

function fail(): never {
  throw new Error('the server keeps no JSON log')
}

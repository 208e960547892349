import { readFile } from 'node:fs/promises'
import type { LocalPostgres } from '@bothkeys/local-postgres'

/** Every statement text in the server's own log (log_statement = all). */
export async function textsTheServerSaw(server: LocalPostgres): Promise<readonly string[]> {
  const log = await readFile(server.jsonLogFile ?? fail(), 'utf8')
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { readonly message?: string; readonly statement?: string })
    .flatMap((entry) => [entry.message ?? '', entry.statement ?? ''])
    .map((text) => text.toLowerCase().trim())
}

function fail(): never {
  throw new Error('the server keeps no JSON log')
}

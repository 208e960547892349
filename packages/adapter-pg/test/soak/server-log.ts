import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** A statement that the server began to execute (log_statement = all), as its own log has it. */
export interface LoggedStatement {
  readonly text: string
  /** From the comment that the door adds with `statementComments`. */
  readonly actionId: string | undefined
  /** The short session id in the application name that the door gives its connections. */
  readonly shortSession: string | undefined
  /** Whether it is one of the door's own. */
  readonly isInternal: boolean
}

/** What the server's log says about one role. */
export interface ServerLog {
  readonly statements: readonly LoggedStatement[]
  /** Every line, also of errors, but for the number of its process: for texts that must be nowhere. */
  readonly raw: readonly string[]
  /** The same of connections on which held statements are planned, in a read-only transaction: none of it is above. */
  readonly planning: readonly string[]
}

interface Line {
  readonly user?: string
  readonly message?: string
  readonly application_name?: string
}

/** Reads the jsonlog once everything that has happened so far is in it. `url` is for a marker. */
export async function readServerLog(file: string, url: string, role: string): Promise<ServerLog> {
  const marker = `marker ${String(process.hrtime.bigint())}`
  const client = new pg.Client(url)
  await client.connect()
  await client.query(`select '${marker}'`)
  await client.end()
  for (;;) {
    const log = await readOnce(file, marker, role)
    if (log !== undefined) return log
    await sleep(50)
  }
}

async function readOnce(file: string, marker: string, role: string): Promise<ServerLog | undefined> {
  const statements: LoggedStatement[] = []
  const raw: string[] = []
  const planning: string[] = []
  let isComplete = false
  for await (const text of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
    if (text.includes(marker)) isComplete = true
    // The last line may be half-written.
    if (!text.endsWith('}')) continue
    const line = JSON.parse(text) as Line
    if (line.user !== role) continue
    // No client of these tests calls itself so.
    if (/^bothkeys:[0-9a-f]+ estimate$/.test(line.application_name ?? '')) {
      planning.push(withoutPid(text))
      continue
    }
    raw.push(withoutPid(text))
    const statement = statementOf(line)
    if (statement !== undefined) statements.push(statement)
  }
  return isComplete ? { statements, raw, planning } : undefined
}

/** The number of a process can be one that tests look for. */
function withoutPid(text: string): string {
  return text.replace(/"pid":\d+,/, '')
}

function statementOf({ message, application_name: application }: Line): LoggedStatement | undefined {
  const found = /^(?:statement|execute ([^:]*)): (.*)$/s.exec(message ?? '')
  if (found === null) return undefined
  const [, name, text = ''] = found
  return {
    text,
    actionId: /\/\* bothkeys:(\S+) \*\/\s*$/.exec(text)?.[1],
    shortSession: /^bothkeys:([0-9a-f]+)/.exec(application ?? '')?.[1],
    // Clients can have neither: such names are refused, and theirs stands behind the session's in the application name.
    isInternal: name?.startsWith('bothkeys_') === true || application === 'bothkeys doctor',
  }
}

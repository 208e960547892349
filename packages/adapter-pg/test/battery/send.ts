import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import type { Entry } from './entry.js'
import { toldPrefix } from './fixture/trap.js'
import { type PrintedValue, readPrintedTree } from './server-tree.js'

/** What the server said to one text. */
export interface Outcome {
  /** The server's own trees of what it ran. */
  readonly trees: readonly PrintedValue[]
  /** Traps that said that they were called. */
  readonly told: ReadonlySet<string>
  readonly command: string
  readonly error: string | undefined
  /** Of the transaction: `I`dle, in a `T`ransaction, `E` failed. */
  readonly status: string
}

/** Start-up options that make the server tell its trees to the session itself. */
export const printing = '-c debug_print_rewritten=on -c debug_pretty_print=off -c client_min_messages=log'

/** Sends the text as it is, in the simple protocol unless it has parameters, and collects what the server tells meanwhile. */
export async function send(client: pg.Client, text: string, entry: Entry): Promise<Outcome> {
  const printed: string[] = []
  const told = new Set<string>()
  const listen = (notice: { readonly message?: string | undefined; readonly detail?: string | undefined }): void => {
    const { message = '', detail = '' } = notice
    if (message.startsWith('rewritten parse tree')) printed.push(detail)
    else if (message.startsWith(toldPrefix)) told.add(message.slice(toldPrefix.length))
  }
  client.on('notice', listen)
  // The driver keeps its connection to itself in its types.
  const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter }
  // An error arrives before the server says in which state it leaves the transaction.
  const ready = new Promise<string>((resolve) => {
    connection.once('readyForQuery', (message: { readonly status: string }) => resolve(message.status))
    connection.once('end', () => resolve('I'))
  })
  let command = ''
  let error: string | undefined
  try {
    command = await perform(client, text, entry)
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown)
  }
  const status = await ready
  client.off('notice', listen)
  return { trees: printed.map(readPrintedTree), told, command, error, status }
}

async function perform(client: pg.Client, text: string, { copyIn, parameters }: Entry): Promise<string> {
  if (copyIn !== undefined) {
    await pipeline(Readable.from([copyIn]), client.query(copyFrom(text)))
    return 'COPY'
  }
  if (/^copy\b.*\bto stdout\b/is.test(text)) {
    await pipeline(client.query(copyTo(text)), new Writable({ write: (_chunk, _encoding, done) => done() }))
    return 'COPY'
  }
  const results = await client.query(parameters === undefined ? text : { text, values: [...parameters] })
  // Several statements give several results, which the types do not say.
  return Array.isArray(results)
    ? results.map(({ command }: { command: string }) => command).join(', ')
    : results.command
}

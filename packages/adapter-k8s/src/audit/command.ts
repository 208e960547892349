import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { BothKeysError, readJournal } from '@bothkeys/core'
import { auditEvents } from './audit-events.js'

/** How the command ends. */
export const exitCodes = Object.freeze({
  /** All of the journal is out. */
  done: 0,
  /** Something failed that nobody expected, or whoever reads the lines left. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** There is no journal, or it cannot be read. */
  unavailable: 3,
  /** The journal is not as it was written. Nothing is out, unless it was changed meanwhile. */
  corrupt: 4,
} as const)

const help = `bothkeys-k8s-audit <folder>

Writes the requests to clusters that the journal in a folder holds, as lines of audit.k8s.io/v1, to its output.
The journal is verified first, may be in use, and is not changed. What is recorded meanwhile may be left out.

  --help  shows this

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 no journal that can be read, 4 the journal does not verify
`

/** What the command reaches of its process. */
export interface CommandPorts {
  /** Takes the lines, as fast as it can. */
  readonly out: NodeJS.WritableStream
  readonly error: (text: string) => void
}

/** Writes a journal as an audit log. Memory stays small whatever its size. Resolves to the exit code; never rejects. */
export async function run(args: readonly string[], { error, out }: CommandPorts): Promise<number> {
  const asked = folderIn(args)
  if ('problem' in asked) {
    error(`${asked.problem}\n\n${help}`)
    return exitCodes.usage
  }
  try {
    const text = asked.folder === undefined ? [help] : linesOf(asked.folder)
    await pipeline(text, out, { end: false })
    return exitCodes.done
  } catch (cause) {
    if (!(cause instanceof BothKeysError)) {
      error('the lines could not be written\n')
      return exitCodes.failed
    }
    error(`${cause.message}${cause.hint === undefined ? '' : `: ${cause.hint}`}\n`)
    return cause.code === 'ERR_JOURNAL_CORRUPT' ? exitCodes.corrupt : exitCodes.unavailable
  }
}

/** No folder: help is asked for. */
function folderIn(args: readonly string[]): { readonly folder: string | undefined } | { readonly problem: string } {
  try {
    const options = { help: { type: 'boolean' } } as const
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    const [folder, ...more] = positionals
    if (values.help === true) return { folder: undefined }
    if (folder === undefined || more.length > 0) return { problem: 'name the folder of one journal' }
    return { folder }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'the arguments cannot be read' }
  }
}

async function* linesOf(folder: string): AsyncGenerator<string, void> {
  // Nothing of a journal that does not verify goes out.
  for await (const _event of readJournal(folder));
  for await (const event of auditEvents(readJournal(folder))) yield `${JSON.stringify(event)}\n`
}

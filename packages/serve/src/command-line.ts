import { parseArgs } from 'node:util'

/** How the command ends. */
export const exitCodes = Object.freeze({
  /** It drained and closed well, or the configuration is right. */
  done: 0,
  /** Something failed that nobody expected, or did not close well. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The configuration, or a file that it names, is wrong. */
  config: 3,
  /** It could not start: the policy, the journal, the ledger or an address. */
  start: 4,
  /** A second signal ended it before what ran was done. */
  cut: 5,
} as const)

export const help = `bothkeys serve --config <file> [--check]

Serves the doors of a configuration until SIGTERM or SIGINT.

  --config <file>  the configuration (YAML)
  --check          checks the configuration, the policy, the directory and who can reach their files, and ends
  --help           shows this

SIGTERM, SIGINT  lets nobody in any more and ends when what runs is done; a second one ends at once
SIGHUP           loads the policy again

Exit codes: 0 done, 1 failed, 2 wrong command line, 3 wrong configuration, 4 could not start, 5 ended by a second signal
`

/** What the command line asks for. */
export type CommandLine =
  | { readonly asks: 'help' }
  | { readonly asks: 'serve' | 'check'; readonly config: string }
  | { readonly asks: 'nothing'; readonly problem: string }

/** Reads the arguments behind the name of the program. Never throws. */
export function readCommandLine(args: readonly string[]): CommandLine {
  try {
    const options = { config: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } } as const
    const { positionals, values } = parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    if (values.help === true) return { asks: 'help' }
    const [command, ...more] = positionals
    if (command !== 'serve' || more.length > 0) return { asks: 'nothing', problem: 'the command is: serve' }
    if (values.config === undefined) return { asks: 'nothing', problem: 'name the configuration: --config <file>' }
    return { asks: values.check === true ? 'check' : 'serve', config: values.config }
  } catch (error) {
    return { asks: 'nothing', problem: error instanceof Error ? error.message : 'the arguments cannot be read' }
  }
}

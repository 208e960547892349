import type { Guard } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { checkServe } from './check-serve.js'
import { exitCodes, help, readCommandLine } from './command-line.js'
import { readConfigFile } from './read-config-file.js'
import type { Served } from './serve.js'
import { serve } from './serve.js'
import type { ServeOptions } from './serve-options.js'

/** What the command reaches of its process. */
export interface CommandPorts {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  readonly onSignal: (name: 'SIGTERM' | 'SIGINT' | 'SIGHUP', listener: () => void) => void
  /** Calls back for an error that nothing caught. */
  readonly onFatal: (listener: (error: unknown) => void) => void
  readonly exit: (code: number) => void
}

/** Runs the command. Resolves to its exit code when it is done; never rejects. */
export async function run(args: readonly string[], ports: CommandPorts): Promise<number> {
  const asked = readCommandLine(args)
  if (asked.asks === 'help') {
    ports.out(help)
    return exitCodes.done
  }
  if (asked.asks === 'nothing') {
    ports.error(`${asked.problem}\n\n${help}`)
    return exitCodes.usage
  }
  let options: ServeOptions
  try {
    options = { ...readConfigFile(asked.config), credentials: ports.environment['CREDENTIALS_DIRECTORY'] }
    if (asked.asks === 'check') {
      await checkServe(options)
      ports.out(`${asked.config} is right\n`)
      return exitCodes.done
    }
  } catch (error) {
    ports.error(`${wordsOf(error)}\n`)
    return exitCodes.config
  }
  return serveUntilSignal(options, ports)
}

async function serveUntilSignal(options: ServeOptions, ports: CommandPorts): Promise<number> {
  // From the first moment on, so that a signal during the start ends it in order.
  const signals = new Signals(ports)
  let served: Served
  try {
    served = await serve(options)
  } catch (error) {
    ports.error(`${wordsOf(error)}\n`)
    return error instanceof BothKeysError && error.code === 'ERR_CONFIG_INVALID' ? exitCodes.config : exitCodes.start
  }
  logEvents(served.guard, ports)
  signals.onReload = () => void reload(served.guard, ports)
  ports.onFatal((error) => {
    log(ports, 'failed', { error: wordsOf(error) })
    void served.close().finally(() => ports.exit(exitCodes.failed))
  })
  log(ports, 'serving', { engine: options.config.engine, doors: served.doors, control: served.control })
  await signals.first
  log(ports, 'draining', { seconds: options.config.drainSeconds })
  let wasCut = false
  void signals.second.then(() => {
    wasCut = true
    // The drain ends with it, and says how it went.
    served.close().catch(() => undefined)
  })
  const code = await served.drain().then(
    () => (wasCut ? exitCodes.cut : exitCodes.done),
    (error: unknown) => {
      log(ports, 'failed', { error: wordsOf(error) })
      return exitCodes.failed
    },
  )
  log(ports, 'ended', { code })
  return code
}

/** The signals as they come: one to drain, another one to end at once, any number to reload. */
class Signals {
  readonly first: Promise<void>
  readonly second: Promise<void>
  onReload: () => void = () => undefined

  constructor(ports: CommandPorts) {
    const came: (() => void)[] = []
    this.first = new Promise((resolve) => came.push(resolve))
    this.second = new Promise((resolve) => came.push(resolve))
    for (const name of ['SIGTERM', 'SIGINT'] as const) ports.onSignal(name, () => came.shift()?.())
    ports.onSignal('SIGHUP', () => this.onReload())
  }
}

/** A policy that is refused changes nothing, and the log and the record say why. */
async function reload(guard: Guard, ports: CommandPorts): Promise<void> {
  try {
    await guard.reload()
    log(ports, 'reloaded', { policy: guard.policyDigest })
  } catch (error) {
    log(ports, 'not reloaded', { error: wordsOf(error) })
  }
}

function logEvents(guard: Guard, ports: CommandPorts): void {
  guard.on('policyLoaded', ({ change, digest }) => log(ports, 'policy', { change, digest }))
  guard.on('policyRejected', ({ error }) => log(ports, 'policy rejected', { error: wordsOf(error) }))
  guard.on('journalBehind', () => log(ports, 'journal behind', {}))
  guard.on('failure', ({ refusal, session }) => log(ports, 'failure', { code: refusal.code, session }))
}

/** One line of JSON for each event. None of them holds a statement, a token or a value. */
function log(ports: CommandPorts, event: string, about: object): void {
  ports.out(`${JSON.stringify({ time: new Date().toISOString(), event, ...about })}\n`)
}

/** What is said about an error: the text of a BothKeysError holds no secret, that of any other might. */
function wordsOf(error: unknown): string {
  if (error instanceof BothKeysError)
    return `${error.code}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`
  return error instanceof Error ? `${error.name} that nobody expected` : 'something failed that nobody expected'
}

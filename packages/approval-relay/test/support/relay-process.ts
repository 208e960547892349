import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ChildConfig } from './relay-child.js'

/** A relay in a process of its own, seen from the test that uses or kills it. */
export class RelayProcess {
  /** What people were told, as the process printed it. */
  readonly told: string[] = []
  url = ''
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>
  readonly #printed: Promise<unknown>
  #complaint = ''
  #memory: ((bytes: number) => void) | undefined

  private constructor(config: ChildConfig) {
    const script = fileURLToPath(new URL('./relay-child.ts', import.meta.url))
    const flags = ['--expose-gc', '--conditions', '@bothkeys/source', '--import', 'tsx']
    const child = spawn(process.execPath, [...flags, script, JSON.stringify(config)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#exited = once(child, 'exit')
    child.stdin.on('error', () => undefined)
    child.stderr.on('data', (text) => (this.#complaint += String(text)))
    const lines = createInterface({ input: child.stdout })
    this.#printed = once(lines, 'close')
    lines.on('line', (line) => {
      if (line.startsWith('http')) this.url = line
      else if (line.startsWith('memory ')) this.#memory?.(Number(line.slice(7)))
      else this.told.push(line)
    })
  }

  /** Resolves when it listens. */
  static async start(config: ChildConfig): Promise<RelayProcess> {
    const relay = new RelayProcess(config)
    const ended = relay.#exited.then(() => {
      if (relay.url === '') throw new Error(`the relay ended before it listened: ${relay.#complaint}`)
    })
    while (relay.url === '') await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10))])
    return relay
  }

  decide(who: string, id: string): void {
    this.#child.stdin?.write(`decide ${who} ${id}\n`)
  }

  /** The bytes that it holds after a collection. */
  memory(): Promise<number> {
    const bytes = new Promise<number>((resolve) => {
      this.#memory = resolve
    })
    this.#child.stdin?.write('memory\n')
    return bytes
  }

  /** kill -9. Resolves when all that it printed has been read. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    const [, signal] = await this.#exited
    await this.#printed
    if (signal !== 'SIGKILL') throw new Error(`the relay ended by itself: ${this.#complaint}`)
  }

  /** Ends it as an operator would. */
  async stop(): Promise<void> {
    this.#child.stdin?.end()
    const [code] = await this.#exited
    if (code !== 0) throw new Error(`the relay ended with ${String(code)}: ${this.#complaint}`)
  }
}

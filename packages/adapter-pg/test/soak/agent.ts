import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { AgentConfig } from './crash-agent.js'

/** An agent in a process of its own, seen from the test that kills it. */
export class Agent {
  /** Resolves when it begins to work, or when it has ended. */
  readonly ready: Promise<unknown>
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown[]>
  readonly #printed: Promise<unknown>
  readonly #done: number[] = []
  #wasReady = false
  #complaint = ''

  constructor(config: AgentConfig) {
    const script = fileURLToPath(new URL('./crash-agent.ts', import.meta.url))
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(config)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#exited = once(child, 'exit')
    child.stderr.on('data', (text) => (this.#complaint += String(text)))
    const lines = createInterface({ input: child.stdout })
    this.#printed = once(lines, 'close')
    const ready = new Promise<void>((resolve) => {
      lines.on('line', (line) => {
        if (line === 'ready') {
          this.#wasReady = true
          resolve()
        } else this.#done.push(Number(line.replace('done ', '')))
      })
    })
    this.ready = Promise.race([ready, this.#exited])
  }

  /** kill -9. Answers whether it had begun to work, and the numbers of the statements that it was told are done. */
  async kill(): Promise<{ readonly wasReady: boolean; readonly done: readonly number[] }> {
    this.#child.kill('SIGKILL')
    const [, signal] = await this.#exited
    await this.#printed
    if (signal !== 'SIGKILL') throw new Error(`the agent ended by itself: ${this.#complaint}`)
    return { wasReady: this.#wasReady, done: this.#done }
  }
}

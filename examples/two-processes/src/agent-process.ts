import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Asked, Order, Said, Setup } from './orders.js'

/** The process of an agent, as the story sees it. */
export class AgentProcess {
  readonly #child: ChildProcess
  readonly #exit: Promise<unknown>
  /** What it said and nobody has waited for yet. */
  readonly #said: Said[] = []
  #orders = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exit = once(child, 'exit')
    child.on('message', (said: Said) => this.#said.push(said))
  }

  /** Resolves once its guard is there. */
  static async start(setup: Setup): Promise<AgentProcess> {
    const started = new AgentProcess(fork(fileURLToPath(new URL('agent.ts', import.meta.url))))
    started.#child.send(setup)
    await started.#hear((said) => said.kind === 'ready')
    return started
  }

  /** Tells it to do something. Resolves to what came of it. */
  async tell(what: Order): Promise<string> {
    const order = ++this.#orders
    this.#child.send({ order, what })
    const done = await this.#hear((said) => said.kind === 'done' && said.order === order)
    return done?.kind === 'done' ? done.result : 'gone'
  }

  /** What people are asked next by this process. */
  async asks(): Promise<Asked> {
    const asked = await this.#hear((said) => said.kind === 'asked')
    if (asked?.kind !== 'asked') throw new Error('the process ended and asked nobody')
    return asked.asked
  }

  /** Resolves when the session of its agent was closed. */
  async sessionClosed(): Promise<void> {
    await this.#hear((said) => said.kind === 'session closed')
  }

  /** kill -9: it can tell nobody. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#exit
  }

  /** Lets it close its guard and end. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    await this.#exit
  }

  /** The first that it said and that fits, as soon as there is one; undefined when it ended without. */
  async #hear(fits: (said: Said) => boolean): Promise<Said | undefined> {
    for (;;) {
      const at = this.#said.findIndex(fits)
      if (at !== -1) return this.#said.splice(at, 1)[0]
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return undefined
      await Promise.race([once(this.#child, 'message'), this.#exit])
    }
  }
}

import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A child process of a test, by its lines. */
export class Child {
  readonly process: ChildProcess
  readonly lines: string[] = []
  #wake: () => void = () => undefined
  readonly #ended: Promise<unknown>

  constructor(...args: readonly string[]) {
    const script = fileURLToPath(new URL('journal-child.ts', import.meta.url))
    this.process = spawn(process.execPath, ['--import', 'tsx', script, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: this.process.stdout! })
    lines.on('line', (line) => {
      this.lines.push(line)
      this.#wake()
    })
    this.process.on('exit', () => {
      this.#wake()
    })
    this.#ended = Promise.all([once(this.process, 'exit'), once(lines, 'close')])
  }

  /** The line with that index, once it is there. */
  async line(index: number): Promise<string> {
    while (this.lines.length <= index) {
      if (this.process.exitCode !== null) throw new Error(`the child ended with ${String(this.process.exitCode)}`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.lines[index]!
  }

  /** Sends a command and answers the next line. */
  ask(command: string): Promise<string> {
    const index = this.lines.length
    this.process.stdin!.write(`${command}\n`)
    return this.line(index)
  }

  /** kill -9, and everything that it had printed. */
  async kill(): Promise<readonly string[]> {
    this.process.kill('SIGKILL')
    await this.#ended
    return this.lines
  }
}

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('ready-tests-process.mjs', import.meta.url))
const startMs = 300_000

/** A Vitest that was started in a folder and waits for tests to run: starting one takes longer than most tests. */
export class ReadyTests {
  #child
  #temporary = []
  #told = ''

  constructor(child) {
    this.#child = child
    const keepLast = (chunk) => (this.#told = (this.#told + String(chunk)).slice(-10_000))
    for (const stream of [child.stdout, child.stderr]) stream.on('data', keepLast)
  }

  static async start(folder) {
    // What a Vitest tells the processes it starts is not meant for another Vitest.
    const foreign = (name) => /^(VITEST|BOTHKEYS_VITEST|NODE_ENV$|TEST$|DEV$|PROD$|SSR$|MODE$)/u.test(name)
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign(name)))
    const ready = new ReadyTests(fork(script, { cwd: folder, env, detached: true, execArgv: [], silent: true }))
    try {
      const { temporary } = await ready.#reply(startMs)
      ready.#temporary = temporary
      return ready
    } catch (error) {
      await ready.kill()
      throw error
    }
  }

  /**
   * Runs `test`, one test file: of it only the tests whose names match `only` if it is given, after `changes` to files, each
   * `{ file, text }`; if `patienceMs` is given, the tests wait no longer for what does not come. Answers
   * `{ isPassed, ran, loaded, output }`: how many tests ran, and which of the files that were ever changed Vitest has given
   * to tests since; `undefined` when there is no answer in time. Throws when the process ends, and when a test was given a
   * module made of anything but the text that was said. Of no use after both; `kill` it.
   *
   * @param {{ changes: readonly { file: string, text: string }[], only?: string, patienceMs?: number, test: string }} request
   * @param {number} limitMs
   */
  run(request, limitMs) {
    this.#child.send(request)
    return this.#reply(limitMs)
  }

  async #reply(limitMs) {
    const signal = AbortSignal.timeout(limitMs)
    const settled = new AbortController()
    const until = { signal: AbortSignal.any([signal, settled.signal]) }
    try {
      const [reply] = await Promise.race([
        once(this.#child, 'message', until),
        once(this.#child, 'exit', until).then(([code, by]) => {
          throw new Error(`the tests' process ended by itself (${String(code ?? by)})\n${this.#told}`)
        }),
      ])
      if (reply.error !== undefined) throw new Error(reply.error)
      return reply
    } catch (error) {
      if (signal.aborted) return undefined
      throw error
    } finally {
      settled.abort()
    }
  }

  /** Ends the process and whatever runs in its group, and resolves when it is gone. */
  async kill() {
    const { exitCode, pid, signalCode } = this.#child
    const gone = exitCode === null && signalCode === null ? once(this.#child, 'exit') : undefined
    try {
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      // Nothing of the group is left.
      if (error.code !== 'ESRCH') throw error
    }
    await gone
    for (const folder of this.#temporary) await rm(folder, { recursive: true, force: true })
  }
}

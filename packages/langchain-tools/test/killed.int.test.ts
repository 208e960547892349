import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ledgerSchema } from '@bothkeys/ledger-postgres'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Order, Said } from './support/graph-process.js'

/** One life of the process with the graph. */
class Life {
  readonly #child: ChildProcess
  readonly said: Said[] = []

  constructor(args: readonly string[]) {
    const program = fileURLToPath(new URL('support/graph-process.ts', import.meta.url))
    this.#child = fork(program, args, { execArgv: ['--conditions=@bothkeys/source', '--import=tsx'] })
    this.#child.on('message', (said: Said) => this.said.push(said))
  }

  static async begin(...args: readonly string[]): Promise<Life> {
    const life = new Life(args)
    await expect.poll(() => life.said.length, { timeout: 170_000 }).toBe(1)
    return life
  }

  tell(order: Order): void {
    this.#child.send(order)
  }

  /** What it says next of the conversation. */
  async state(order: Order): Promise<NonNullable<Said['state']>> {
    const before = this.states.length
    this.tell(order)
    await expect.poll(() => this.states.length).toBe(before + 1)
    return this.states[before] as NonNullable<Said['state']>
  }

  get states(): Said['state'][] {
    return this.said.flatMap(({ state }) => (state === undefined ? [] : [state]))
  }

  get asked(): string[] {
    return this.said.flatMap(({ asked }) => asked ?? [])
  }

  async kill(): Promise<void> {
    if (this.#child.signalCode !== null || this.#child.exitCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }
}

describe.each(['agent', 'sub-agent'])('a process that is killed while an approval for its %s is pending', (kind) => {
  const key = randomBytes(32).toString('hex')
  const lives: Life[] = []
  let owner: pg.Client
  let url = ''
  const begin = async (): Promise<Life> => {
    const life = await Life.begin(url, key, kind)
    lives.push(life)
    return life
  }
  const ran = async (): Promise<number> => (await owner.query('SELECT * FROM log')).rowCount ?? 0

  beforeEach(async () => {
    ;({ url } = await freshDatabase())
    owner = new pg.Client(url)
    await owner.connect()
    await owner.query('CREATE TABLE log (text text NOT NULL)')
    await owner.query(ledgerSchema('ledger'))
    const saver = PostgresSaver.fromConnString(url)
    await saver.setup()
    await saver.end()
  })
  afterEach(async () => {
    await Promise.allSettled(lives.splice(0).map((life) => life.kill()))
    await owner.end()
  })

  // It begins three processes, one after the other.
  it(
    'goes on with the same request once it is there again, and its action runs once',
    { timeout: 600_000 },
    async () => {
      const first = await begin()
      const { checkpoint, waiting } = await first.state({ invoke: { resume: false } })
      expect(waiting).toBe(1)
      await first.kill()

      const second = await begin()
      // Nobody takes a request over before its process counts as gone.
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      second.tell({ people: 'allow' })
      const over = await second.state({ invoke: { resume: true } })
      expect(over).toMatchObject({ waiting: 0, answers: ['INSERT: 1 rows'] })
      expect(second.asked).toEqual(first.asked)
      expect(await ran()).toBe(1)
      await second.kill()

      const third = await begin()
      third.tell({ people: 'allow' })
      const again = await third.state({ invoke: { resume: true, checkpoint } })
      // A sub-agent has checkpoints of its own, which know the answer.
      expect(again.answers).toEqual([expect.stringContaining(kind === 'agent' ? 'ERR_PERMIT_SPENT' : 'INSERT: 1 rows')])
      expect(third.asked).toEqual([])
      expect(await ran()).toBe(1)
    },
  )
})

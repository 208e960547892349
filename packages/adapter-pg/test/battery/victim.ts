import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Another backend that only sleeps: whoever ends it or cancels its statement is seen. */
export class Victim {
  readonly pid: number
  readonly #client: pg.Client
  #state: 'untouched' | 'cancelled' | 'ended' = 'untouched'
  #wasNamed = false

  private constructor(client: pg.Client, pid: number) {
    this.#client = client
    this.pid = pid
    client.on('error', () => void (this.#state = 'ended'))
    client.query('select pg_sleep(100000)').catch((error: unknown) => {
      const code = error instanceof pg.DatabaseError ? error.code : undefined
      this.#state = code === '57014' ? 'cancelled' : 'ended'
    })
  }

  static async start(url: string): Promise<Victim> {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
    return new Victim(client, rows[0]?.pid ?? 0)
  }

  get isSleeping(): boolean {
    return this.#state === 'untouched'
  }

  /** Whether it can be that of another statement: a signal of an earlier one may still be on its way. */
  get isFresh(): boolean {
    return this.isSleeping && !this.#wasNamed
  }

  /** What became of it. Waits a moment when a statement was about it, because signals arrive late. */
  async state(wasNamed: boolean): Promise<'untouched' | 'cancelled' | 'ended'> {
    this.#wasNamed ||= wasNamed
    for (let waits = 0; wasNamed && this.isSleeping && waits < 30; waits += 1) await sleep(10)
    return this.#state
  }

  /** Hangs up: a sleeping backend would not hear a goodbye. */
  end(): void {
    const { connection } = this.#client as unknown as { readonly connection: { readonly stream: { destroy(): void } } }
    connection.stream.destroy()
  }
}

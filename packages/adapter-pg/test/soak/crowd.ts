import type { PostgresTarget } from '../../src/index.js'
import type { Session } from '@bothkeys/core'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { clientOf } from '../door/loopback-stub.js'
import type { Attempts } from './attempts.js'
import type { PrincipalName } from './load-policy.js'
import type { Random } from './random.js'

/** What the clients do, and how often. */
const weights = {
  insert: 20,
  parameters: 20,
  slow: 6,
  read: 10,
  transaction: 6,
  denied: 12,
  approved: 8,
  disapproved: 4,
  ignored: 4,
  cancelled: 3,
  broken: 2,
} as const

type DeedKind = keyof typeof weights

/** How a client gets its connection, and how it gives it back. */
export interface Supply {
  take(): Promise<pg.ClientBase>
  /** `broken`: the connection is not to be used again. */
  giveBack(client: pg.ClientBase, broken: boolean): void
  /** A client that has the door of this supply but no connection yet, for cancel requests. */
  another(): pg.Client
  /** Whether the driver's own query timeout reaches the door: an unmodified driver tells nobody that it gave up. */
  readonly timesOut: boolean
  close(): Promise<void>
}

/** Connections of a governed pool. */
export function poolSupply(target: PostgresTarget, session: Session, max: number): Supply {
  const pool = target.pool(session, { max })
  return {
    take: async () => {
      const client = await pool.connect()
      client.removeAllListeners('error')
      client.on('error', () => undefined)
      return client
    },
    giveBack: (client, broken) => {
      ;(client as pg.PoolClient).release(broken)
    },
    another: () => target.client(session),
    timesOut: true,
    close: () => pool.end(),
  }
}

/** Connections of an unmodified driver through a loopback door, each kept by one client until it breaks. */
export async function loopbackSupply(target: PostgresTarget, session: Session, max: number): Promise<Supply> {
  const door = await target.listen(session, { maxConnections: max * 2 })
  const idle: pg.Client[] = []
  const open = new Set<pg.Client>()
  return {
    take: async () => {
      const waiting = idle.pop()
      if (waiting !== undefined) return waiting
      const client = clientOf(door)
      await client.connect()
      open.add(client)
      return client
    },
    giveBack: (client, broken) => {
      if (!broken) idle.push(client as pg.Client)
      else {
        open.delete(client as pg.Client)
        void (client as pg.Client).end().catch(() => undefined)
      }
    },
    another: () => clientOf(door),
    timesOut: false,
    close: async () => {
      await Promise.all([...open].map((client) => client.end().catch(() => undefined)))
      await door.close()
    },
  }
}

/** What everybody in the crowd shares. */
export interface Square {
  readonly attempts: Attempts
  readonly random: Random
  /** How many log in at the same time. */
  readonly gate: Turnstile
  /** Called once by each client when it is connected; resolves when everybody is. */
  readonly gathered: () => Promise<void>
  readonly isOver: () => boolean
}

/** Lets a few through at a time. */
export class Turnstile {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(places: number) {
    this.#free = places
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}

/** The kinds of deeds. */
export const deedKinds: readonly DeedKind[] = Object.keys(weights) as DeedKind[]

/**
 * One client: connects, waits for the others, does a first thing that is given, so that chance leaves out none, and then
 * one after the other until it is told to stop.
 */
export async function oneOfTheCrowd(
  principal: PrincipalName,
  supply: Supply,
  square: Square,
  first: DeedKind,
): Promise<void> {
  const { attempts, gathered, isOver } = square
  const random = square.random.fork()
  let client = await connect(supply, square)
  await gathered()
  for (let kind = first; ; kind = random.choose(weights)) {
    const broken = await deeds[kind](new Deed(principal, client, supply, attempts, random))
    if (isOver()) {
      supply.giveBack(client, broken || isGone(client))
      return
    }
    const leaves = broken || isGone(client)
    if (!leaves && random.next() < 0.8) continue
    supply.giveBack(client, leaves)
    client = await connect(supply, square)
  }
}

async function connect(supply: Supply, { attempts, gate }: Square): Promise<pg.ClientBase> {
  for (;;) {
    try {
      return await gate.through(() => supply.take())
    } catch (error) {
      // The connection broke while it was made; nothing was tried on it.
      attempts.note(error)
      await sleep(10)
    }
  }
}

function isGone(client: pg.ClientBase): boolean {
  const inside = client as unknown as { readonly _ending: boolean; readonly _queryable: boolean }
  return inside._ending || !inside._queryable
}

/** The parts of a client that a deed uses. */
class Deed {
  readonly principal: PrincipalName
  readonly client: pg.ClientBase
  readonly supply: Supply
  readonly attempts: Attempts
  readonly random: Random

  constructor(principal: PrincipalName, client: pg.ClientBase, supply: Supply, attempts: Attempts, random: Random) {
    this.principal = principal
    this.client = client
    this.supply = supply
    this.attempts = attempts
    this.random = random
  }

  /** Sends one write, and takes down what became of it. */
  async write(kind: string, mustNotRun: boolean, text: (n: number) => string): Promise<void> {
    const attempt = this.attempts.begin(this.principal, kind, mustNotRun)
    await this.attempts.settle(attempt, this.client.query(text(attempt.n)))
  }

  /** Sends one write and gives up on it after a while: by the driver's timeout, or with a cancel request. */
  async giveUpOn(kind: string, mustNotRun: boolean, text: (n: number) => string, afterMs: number): Promise<void> {
    const attempt = this.attempts.begin(this.principal, kind, mustNotRun)
    if (this.supply.timesOut && this.random.next() < 0.5) {
      const config = { text: text(attempt.n), query_timeout: afterMs }
      await this.attempts.settle(attempt, this.client.query(config))
      return
    }
    const answered = this.attempts.settle(attempt, this.client.query(text(attempt.n)))
    const timer = setInterval(() => {
      this.#cancel()
    }, afterMs)
    await answered
    clearInterval(timer)
  }

  /** A cancel request may come too early to hit anything, so it is sent until there is an answer. */
  #cancel(): void {
    const other = this.supply.another() as pg.Client & { cancel(client: unknown, query: unknown): void }
    other.on('error', () => undefined)
    other.cancel(this.client, (this.client as unknown as { readonly _activeQuery: unknown })._activeQuery)
  }

  insertInto(table: string): (n: number) => string {
    return (n) => `insert into ${table} (principal, n) values ('${this.principal}', ${String(n)})`
  }

  /** An INSERT that takes its time on the server. */
  slowly(seconds: number): (n: number) => string {
    return (n) =>
      `insert into entries (principal, n) select '${this.principal}', ${String(n)} from pg_sleep(${String(seconds)})`
  }

  /** Takes the connection away while something is under way. */
  breakLater(): void {
    const { stream } = (this.client as unknown as { readonly connection: { readonly stream: { destroy(): void } } })
      .connection
    setTimeout(
      () => {
        stream.destroy()
      },
      this.random.between(0, 15),
    )
  }
}

/** Each answers whether the connection cannot be used again. */
const deeds: Readonly<Record<DeedKind, (deed: Deed) => Promise<boolean>>> = {
  insert: (deed) => deed.write('insert', false, deed.insertInto('entries')).then(goesOn),
  slow: (deed) => deed.write('slow', false, deed.slowly(0.02)).then(goesOn),
  approved: (deed) => deed.write('approved', false, deed.insertInto('approved')).then(goesOn),
  disapproved: (deed) => deed.write('disapproved', true, deed.insertInto('disapproved')).then(goesOn),
  parameters: async ({ principal, client, attempts }) => {
    const attempt = attempts.begin(principal, 'parameters')
    const text = `insert into entries (principal, n) values ('${principal}', $1)`
    await attempts.settle(attempt, client.query(text, [attempt.n]))
    return false
  },
  read: async ({ principal, client }) => {
    await client.query(`select count(*) from entries where principal = '${principal}' and n < $1`, [100]).catch(ignore)
    return false
  },
  denied: async (deed) => {
    const { principal } = deed
    if (deed.random.next() < 0.5) await deed.write('denied', true, deed.insertInto('forbidden'))
    else
      await deed.write(
        'denied',
        true,
        (n) => `delete from entries where principal = '${principal}' and n = ${String(n)}`,
      )
    return false
  },
  transaction: async ({ principal, client, attempts, random }) => {
    const comment = `/* '${principal}' */`
    const [one, other] = [attempts.begin(principal, 'transaction'), attempts.begin(principal, 'transaction')]
    const isCommitted = random.next() < 0.6
    try {
      await client.query(`begin ${comment}`)
      for (const { n } of [one, other]) {
        await client.query(`insert into entries (principal, n) values ('${principal}', ${String(n)})`)
      }
      const { command } = await client.query(`${isCommitted ? 'commit' : 'rollback'} ${comment}`)
      one.fate = other.fate = command === 'COMMIT' ? 'done' : 'rolled-back'
      return false
    } catch {
      // Whether COMMIT was heard is not known: both or neither are there.
      return true
    }
  },
  ignored: async (deed) => {
    await deed.giveUpOn('ignored', true, deed.insertInto('ignored'), deed.random.between(5, 60))
    return false
  },
  cancelled: async (deed) => {
    await deed.giveUpOn('cancelled', false, deed.slowly(0.2), deed.random.between(10, 60))
    return false
  },
  broken: async (deed) => {
    deed.breakLater()
    await deed.write('broken', false, deed.slowly(0.02))
    return true
  },
}

function goesOn(): boolean {
  return false
}

function ignore(): void {
  // A read that fails has changed nothing.
}

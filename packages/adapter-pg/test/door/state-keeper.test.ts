import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Line } from '../../src/door/line.js'
import { Run } from '../../src/door/run.js'
import { ServerState } from '../../src/door/server-state.js'
import type { Look, LookFrom } from '../../src/door/state-cache.js'
import { StateCache } from '../../src/door/state-cache.js'
import { StateKeeper } from '../../src/door/state-keeper.js'
import { analysisOf, sessionState, shop } from '../analyzer/support/shop.js'

const sound = { ...sessionState().settings, standard_conforming_strings: 'on', client_encoding: 'UTF8' }

/** A server that answers looks with what the test says, and counts them. */
class Server extends StateCache {
  key = 'first'
  settings = sound
  looks = 0
  /** What it calls the transaction that it was asked in. */
  transaction = '100'
  readonly before: boolean[] = []
  onLook: () => void = () => undefined

  /** What it calls its cluster. */
  cluster: string | undefined = '7000'
  asked = 0

  override system(): Promise<string | undefined> {
    this.asked += 1
    return Promise.resolve(this.cluster)
  }

  override look(_run: unknown, _major: number, { before, owns }: LookFrom): Promise<Look> {
    this.looks += 1
    this.before.push(before !== undefined)
    this.onLook()
    owns?.(this.transaction)
    const session = sessionState({ settings: this.settings })
    const probed = { state: session, snapshot: '', catalogEpoch: '', stateEpoch: '', transaction: undefined }
    return Promise.resolve({ state: new ServerState(this.key, session, shop), probed, provenAtMs: 0 })
  }
}

let server: Server
let line: { transactionStatus: string }
let keeper: StateKeeper

function keeperOf(readOnly: boolean): StateKeeper {
  // The keeper reads the status alone: the server above runs no statements.
  return new StateKeeper(line as Line, server, 18, readOnly)
}

async function unchanged(described: ServerState, text = 'vacuum'): Promise<boolean> {
  return keeper.unchanged(described, await analysisOf(text), () => false)
}

async function run(text: string): Promise<Run> {
  // Nothing here settles a permit.
  return new Run(undefined as never, await analysisOf(text), undefined as never)
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  server = new Server()
  line = { transactionStatus: 'I' }
  keeper = keeperOf(false)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the cluster that a connection is on', () => {
  it('is asked for with the first look, and once', async () => {
    expect(keeper.system).toBe('unknown')
    await keeper.current(false)
    expect(keeper.system).toBe('7000')
    keeper.forget()
    await keeper.current(false)
    expect([server.looks, server.asked]).toEqual([2, 1])
  })

  it('is unknown where the server does not tell, and is asked for no more', async () => {
    server.cluster = undefined
    await keeper.current(false)
    keeper.forget()
    await keeper.current(false)
    expect([keeper.system, server.asked]).toEqual(['unknown', 1])
  })

  it('is on record as a statement of the door, where it was asked for', async () => {
    const internal = vi.fn<(body: object) => void>()
    keeper.closed({ internal } as never)
    expect(internal).not.toHaveBeenCalled()
    await keeper.current(false)
    keeper.closed({ internal } as never)
    expect(internal).toHaveBeenCalledWith({ statement: 'system identifier', runs: 1 })
  })
})

describe('the state that a text is decided under', () => {
  it('is looked at once, and again when the look is older than a second', async () => {
    await keeper.current(false)
    vi.advanceTimersByTime(1_000)
    await keeper.current(false)
    expect(server.looks).toBe(1)
    vi.advanceTimersByTime(1)
    await keeper.current(false)
    expect(server.looks).toBe(2)
  })

  it('is looked at again when the catalog changed through another connection, also during the look', async () => {
    await keeper.current(false)
    server.catalogChanged()
    server.onLook = () => {
      server.onLook = () => undefined
      server.catalogChanged()
    }
    await keeper.current(false)
    expect(server.looks).toBe(2)
    await keeper.current(false)
    expect(server.looks).toBe(3)
  })

  it('is not looked at in a failed transaction, nor behind a statement that may still change it', async () => {
    await keeper.current(false)
    keeper.forget()
    await keeper.current(true)
    line.transactionStatus = 'E'
    await keeper.current(false)
    expect(await unchanged(new ServerState('other', sessionState(), shop))).toBe(true)
    expect(server.looks).toBe(1)
  })

  it.each([
    ["set search_path to 'x'", 'I', 'I'],
    ['create table t (a int)', 'I', 'I'],
    ['begin', 'I', 'T'],
  ])('is looked at again after %s', async (text, before, after) => {
    await keeper.current(false)
    keeper.synced([await run(text)], before, after)
    await keeper.current(false)
    expect(server.looks).toBe(2)
  })

  it('is looked at again when a transaction that changed it ends, commits or fails', async () => {
    for (const [before, after] of [
      ['T', 'I'],
      ['T', 'E'],
    ] as const) {
      await keeper.current(false)
      keeper.synced([await run("set search_path to 'x'")], 'T', 'T')
      await keeper.current(false)
      const { looks } = server
      keeper.synced([], before, after)
      await keeper.current(false)
      expect(server.looks).toBe(looks + 1)
      keeper.synced([], 'E', 'I')
    }
  })

  it('is the same after a read', async () => {
    await keeper.current(false)
    keeper.synced([await run('select 1')], 'I', 'I')
    await keeper.current(false)
    expect(server.looks).toBe(1)
  })

  it.each([
    ['select * from shop.lone', true],
    ['delete from shop.lone where id = 1', true],
    ['create table t (a int)', false],
    ['select shop.noted()', false],
    ['truncate shop.lone', false],
  ])('is asked for in short after %s: %s', async (text, short) => {
    await keeper.current(false)
    keeper.synced([await run(text)], 'I', 'I')
    await keeper.reload()
    expect(server.before).toEqual([false, short])
  })

  it('is not asked for in short as soon as something else was sent', async () => {
    await keeper.current(false)
    keeper.begun(await run('create table t (a int)'))
    await keeper.reload()
    expect(server.before).toEqual([false, false])
  })
})

describe('a transaction that changes rows alone', () => {
  const change = 'delete from shop.lone where id = 1'
  let described: ServerState

  const look = (text: string): Promise<boolean> => unchanged(described, text)
  const known = (): boolean => server.rowChanges.has('100')

  beforeEach(async () => {
    described = await keeper.current(false)
    server.settings = { ...sound, transaction_read_only: 'off' }
    described = await keeper.reload()
  })

  it('is known by its id from the look before its change on, and stays so when it is over', async () => {
    await look(change)
    expect(known()).toBe(true)
    keeper.begun(await run(change))
    keeper.synced([await run(change)], 'I', 'I')
    expect(known()).toBe(true)
  })

  it.each(['create table t (a int)', 'select shop.noted()', "select nextval('shop.numbers')"])(
    'is not known before %s, nor from there on',
    async (text) => {
      await look(text)
      expect(known()).toBe(false)
      line.transactionStatus = 'T'
      await look(change)
      keeper.begun(await run(text))
      expect(known()).toBe(false)
      await look(change)
      expect(known()).toBe(false)
      keeper.synced([await run(text)], 'T', 'T')
      await look(change)
      expect(known()).toBe(false)
    },
  )

  it('is known again when the one before it is over', async () => {
    keeper.begun(await run('create table t (a int)'))
    keeper.synced([await run('create table t (a int)')], 'I', 'I')
    server.transaction = '101'
    await look(change)
    expect([server.rowChanges.has('101'), known()]).toEqual([true, false])
    // What comes after its end is not about it.
    keeper.synced([await run(change)], 'I', 'I')
    keeper.begun(await run('create table t (a int)'))
    expect(server.rowChanges.has('101')).toBe(true)
  })

  it('is not known when something else was sent while the server was asked', async () => {
    const text = await run('create table t (a int)')
    server.onLook = () => {
      keeper.begun(text)
    }
    await look(change)
    expect(known()).toBe(false)
  })

  it('is not asked for its id where the server lets it change nothing', async () => {
    server.settings = { ...sound, transaction_read_only: 'on' }
    described = await keeper.reload()
    await look(change)
    expect(known()).toBe(false)
  })
})

describe('the look right before something other than a read', () => {
  it('says whether the server is still as it was described', async () => {
    const described = await keeper.current(false)
    expect(await unchanged(described)).toBe(true)
    server.key = 'second'
    expect(await unchanged(described)).toBe(false)
    expect(server.looks).toBe(3)
  })
})

describe('a look that sees what makes decisions unsound', () => {
  it('ends the connection', async () => {
    server.settings = { ...sound, standard_conforming_strings: 'off' }
    await expect(keeper.current(false)).rejects.toMatchObject({ code: 'ERR_TARGET_UNSAFE' })
    server.settings = { ...sound, default_transaction_read_only: 'off' }
    await expect(keeperOf(true).current(false)).rejects.toMatchObject({ code: 'ERR_TARGET_UNSAFE' })
  })
})

describe('a setting that the server reports', () => {
  it('was asked for by a statement that may change settings, or by the transaction that ends', async () => {
    expect(keeper.expectsSettings(new Set([await run('select 1')]))).toBe(false)
    const setting = await run("set search_path to 'x'")
    expect(keeper.expectsSettings(new Set([setting]))).toBe(true)
    keeper.synced([setting], 'T', 'T')
    expect(keeper.expectsSettings(new Set())).toBe(true)
    keeper.synced([], 'T', 'I')
    expect(keeper.expectsSettings(new Set())).toBe(false)
  })
})

describe('what goes through one connection', () => {
  it.each(['create table t (a int)', 'begin; create table t (a int); commit'])(
    'reaches the others: %s',
    async (text) => {
      const { generation } = server
      keeper.synced([await run(text)], 'I', 'I')
      expect(server.generation).toBeGreaterThan(generation)
    },
  )

  it('reaches them at once, and again when its transaction ends', async () => {
    const before = server.generation
    keeper.synced([await run('create table t (a int)')], 'T', 'T')
    const { generation } = server
    expect(generation).toBeGreaterThan(before)
    keeper.synced([], 'T', 'I')
    expect(server.generation).toBeGreaterThan(generation)
  })
})

import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, it, vi } from 'vitest'
import type { Analysis } from '../../src/analyzer/analysis.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import type { SessionState } from '../../src/catalog/session-state.js'
import { int32, message, readyForQuery } from '../../src/door/messages.js'
import { ServerState } from '../../src/door/server-state.js'
import type { Sight } from '../../src/door/state-cache.js'
import type { Upstream } from '../../src/door/upstream.js'
import type { OpenPlanning } from '../../src/estimate/planner.js'
import type { PlanRequest } from '../../src/door/plan-request.js'
import { Planner } from '../../src/estimate/planner.js'
import { planAnswer } from '../door/support/planning-gate.js'

const catalog = {
  userCasts: [],
  relations: new Map(),
  routines: new Map(),
  types: new Map(),
} as unknown as CatalogSnapshot

/** How a session is seen that may change nothing. */
const session = {
  searchPath: ['pg_catalog', 'public'],
  temporarySchema: undefined,
  currentUser: 'door',
  sessionUser: 'door',
  settings: { role: 'none', transaction_read_only: 'on', transaction_isolation: 'read committed' },
} as unknown as SessionState

const analysis = {
  description: { operation: 'select', text: '', recordedText: '', effects: [] },
} as unknown as Analysis

const request = (more: Partial<PlanRequest> = {}): PlanRequest => ({
  analysis,
  text: 'select 1',
  parameters: [],
  parameterTypes: [],
  // The session itself may change rows, and in another isolation.
  state: new ServerState(
    'key',
    withSettings({ transaction_read_only: 'off', transaction_isolation: 'serializable' }),
    catalog,
  ),
  serverMajor: 18,
  ...more,
})

function withSettings(settings: object): SessionState {
  return { ...session, settings: { ...session.settings, ...settings } }
}

/** A server that plans, as far as it is told to. `types` are those of the parameters. */
class Server {
  readonly sent: string[] = []
  readonly socket: Duplex
  readonly types: readonly number[] | undefined

  constructor(answers = true, types: readonly number[] | 'undescribed' = []) {
    this.types = types === 'undescribed' ? undefined : types
    this.socket = new Duplex({
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.sent.push(chunk.toString('latin1'))
        if (answers) this.socket.push(this.#answerTo(chunk))
        done()
      },
    })
  }

  #answerTo(chunk: Buffer): Buffer {
    const text = chunk.toString('latin1')
    if (text.startsWith('B')) return planAnswer('[{"Plan":{"Node Type":"Result","Plan Rows":1}}]')
    if (!text.startsWith('P')) return readyForQuery('T')
    if (this.types === undefined) return readyForQuery('T')
    const count = Buffer.from([0, this.types.length])
    return Buffer.concat([message('t', Buffer.concat([count, ...this.types.map(int32)])), readyForQuery('T')])
  }

  get upstream(): Upstream {
    // All that planning uses of a socket is a stream's.
    return { socket: this.socket as unknown as Socket, parameters: new Map() } as unknown as Upstream
  }
}

function plannerOf(...sights: Partial<Sight>[]) {
  let seen = 0
  const peek = (): Promise<Sight> => {
    const sight = sights[Math.min(seen, sights.length - 1)]
    seen += 1
    return Promise.resolve({ catalog, session, ...sight })
  }
  return new Planner({ peek })
}

const never = new AbortController().signal
const opens =
  (server: Server): OpenPlanning =>
  () =>
    Promise.resolve(server.upstream)

describe('planning a held statement', () => {
  it('plans, and takes leave', async () => {
    const server = new Server()
    expect(await plannerOf().plan(opens(server), request(), [never])).toEqual({
      steps: [{ depth: 0, node: 'Result', relation: null, rows: 1 }],
    })
    const parses = server.sent.filter((each) => each.startsWith('P')).join('')
    // By itself, too: that locks what is behind views.
    expect(parses.split('select 1\0')).toHaveLength(3)
    expect(parses.split('EXPLAIN (FORMAT JSON, VERBOSE, ANALYZE false)\nselect 1\0')).toHaveLength(2)
    expect(server.sent.at(-1)).toBe('X\0\0\0\x04')
    expect(server.socket.destroyed).toBe(true)
  })

  it.each([
    ['may change rows', { session: withSettings({ transaction_read_only: 'off' }) }],
    ['has another catalog', { catalog: { ...catalog } }],
    ['has a catalog that nobody looked at', { catalog: undefined }],
    ['has another path', { session: { ...session, searchPath: ['public', 'pg_catalog'] } }],
    ['is another user', { session: { ...session, currentUser: 'other' } }],
    ['logged in as another user', { session: { ...session, sessionUser: 'other' } }],
    ['has a temporary schema', { session: { ...session, temporarySchema: 'pg_temp_3' } }],
    ['has another role', { session: withSettings({ role: 'other' }) }],
    ['reads dates in another way', { session: withSettings({ TimeZone: 'Pacific/Apia' }) }],
  ] satisfies [string, Partial<Sight>][])('sends no text where the connection %s', async (_name, sight) => {
    const server = new Server()
    expect(await plannerOf(sight).plan(opens(server), request(), [never])).toEqual({ none: 'other-state' })
    expect(server.sent.join('')).not.toContain('EXPLAIN')
  })

  it('runs nothing where the names changed their meaning while they were parsed', async () => {
    const server = new Server()
    const planner = plannerOf({}, { catalog: { ...catalog } })
    expect(await planner.plan(opens(server), request(), [never])).toEqual({ none: 'other-state' })
    expect(server.sent.filter((each) => each.startsWith('P'))).toHaveLength(1)
    expect(server.sent.filter((each) => each.startsWith('B'))).toEqual([])
  })

  it('runs nothing with a parameter that the server takes for a type of users', async () => {
    const server = new Server(true, [23, 16_400])
    expect(await plannerOf().plan(opens(server), request(), [never])).toEqual({ none: 'untrusted-function' })
    expect(server.sent.filter((each) => each.startsWith('B'))).toEqual([])
  })

  it('runs nothing where the server does not describe the parameters', async () => {
    const server = new Server(true, 'undescribed')
    expect(await plannerOf().plan(opens(server), request(), [never])).toEqual({ none: 'untrusted-function' })
    expect(server.sent.filter((each) => each.startsWith('B'))).toEqual([])
  })

  it('plans one at a time, and lets only a few wait', async () => {
    const planner = plannerOf()
    let open = 0
    let most = 0
    const servers: Server[] = []
    const counted: OpenPlanning = async () => {
      open += 1
      most = Math.max(most, open)
      const server = new Server()
      servers.push(server)
      server.socket.once('close', () => (open -= 1))
      return Promise.resolve(server.upstream)
    }
    const all = await Promise.all(Array.from({ length: 10 }, () => planner.plan(counted, request(), [never])))
    expect(all.filter((each) => 'steps' in each)).toHaveLength(8)
    expect(all.filter((each) => 'none' in each)).toEqual([{ none: 'busy' }, { none: 'busy' }])
    expect(most).toBe(1)
    expect(servers).toHaveLength(8)
    expect(await planner.plan(counted, request(), [never])).toHaveProperty('steps')
  })

  it('opens nothing for whoever gave up while others were planned', async () => {
    const planner = plannerOf()
    const over = new AbortController()
    const first = new AbortController()
    const open = vi.fn<OpenPlanning>(() => Promise.resolve(new Server(false).upstream))
    const waiting = [planner.plan(open, request(), [first.signal]), planner.plan(open, request(), [over.signal])]
    over.abort(new Error('withdrawn'))
    first.abort(new Error('timeout'))
    await expect(waiting[0]).rejects.toThrow('timeout')
    await expect(waiting[1]).rejects.toThrow('withdrawn')
    expect(open.mock.calls.length).toBeLessThan(2)
  })

  it('ends the connection of whoever gives up, and is idle only then', async () => {
    const planner = plannerOf()
    const over = new AbortController()
    const server = new Server(false)
    const planned = planner.plan(opens(server), request(), [over.signal])
    await vi.waitFor(() => expect(server.sent).toHaveLength(1))
    let isIdle = false
    const idle = planner.idle().then(() => (isIdle = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isIdle).toBe(false)
    over.abort(new Error('withdrawn'))
    await expect(planned).rejects.toThrow('withdrawn')
    await idle
    expect(server.socket.destroyed).toBe(true)
    expect(server.sent).toHaveLength(1)
  })

  it('says nothing of why there is no connection but that there is none', async () => {
    const open: OpenPlanning = () => Promise.reject(new Error('hidden-word'))
    expect(await plannerOf().plan(open, request(), [never])).toEqual({ none: 'unreachable' })
  })

  it('sends nothing of a statement on what the catalog does not have', async () => {
    const open = vi.fn<OpenPlanning>()
    const effects = [{ duty: 'read', resource: 'table:public.t', attributes: {} }] as const
    const unknown = { ...analysis, description: { ...analysis.description, effects } }
    expect(await plannerOf().plan(open, request({ analysis: unknown }), [never])).toEqual({ none: 'unknown-relation' })
    expect(open).not.toHaveBeenCalled()
  })

  it('sends nothing of a statement that must not be planned', async () => {
    const open = vi.fn<OpenPlanning>()
    const two = { ...analysis, description: { ...analysis.description, operation: 'script' } }
    expect(await plannerOf().plan(open, request({ analysis: two }), [never])).toEqual({ none: 'not-a-query' })
    expect(open).not.toHaveBeenCalled()
  })
})

import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { message, query, readyForQuery } from '../../src/door/messages.js'
import { ServerLink } from '../../src/door/server-link.js'

const limits = { maxMessageBytes: 1024, maxQueuedBytes: 1024 }

/** A server that reads and never answers, on a link that has asked it something. */
function asked(
  cancel: (socket: PassThrough) => Promise<void>,
  ready: () => Promise<void> | undefined = () => undefined,
): { readonly link: ServerLink; readonly left: string[]; readonly socket: PassThrough } {
  const socket = new PassThrough()
  const left: string[] = []
  const ignore = (): undefined => undefined
  const upstream = {
    // The link uses nothing of a socket that a stream does not have.
    socket: socket as unknown as Socket,
    parameters: new Map<string, string>(),
    user: '',
    database: '',
    host: '',
    port: 0,
    cancel: () => cancel(socket),
  }
  socket.resume = () => socket
  const link = new ServerLink(upstream, limits, {
    toClient: ignore,
    ready,
    parsed: ignore,
    skipping: ignore,
    copyIn: ignore,
    parameter: ignore,
    progress: ignore,
    ended: ignore,
    fatal: ignore,
    told: (bytes) => bytes,
    notified: (bytes) => bytes,
    lost: () => left.push('lost'),
  })
  const refusal = { code: 'ERR_DENIED', message: 'no', rules: [], hint: '' } as const
  link.send(query(Buffer.from('select 1')), { kind: 'refused-query', refusal })
  return { link, left, socket }
}

it('waits for no answers of a server that is gone by the time that it was asked to cancel', async () => {
  const { link, left } = asked(async (socket) => {
    socket.destroy()
    await turn()
  })
  void link.leave(false).then(() => left.push('left'))
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(left).toEqual(['lost', 'left'])
})

it('waits for the last answers of a server that is there', async () => {
  const { link, left } = asked(() => turn())
  void link.leave(false).then(() => left.push('left'))
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(left).toEqual([])
})

it('hears what came while the process stood still for longer than it listens', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const { link, left } = asked(() => turn())
    void link.leave(false).then(() => left.push('left'))
    for (let turns = 0; turns < 20; turns++) await turn()
    // All that is due by then, and nothing that comes of it.
    vi.runOnlyPendingTimers()
    for (let turns = 0; turns < 20; turns++) await turn()
    expect(left).toEqual([])
    vi.advanceTimersByTime(5_000)
    for (let turns = 0; turns < 20; turns++) await turn()
    expect(left).toEqual(['left'])
  } finally {
    vi.useRealTimers()
  }
})

it('waits for no answers of a server of which nothing is believed any more', async () => {
  const { link, left, socket } = asked(() => turn())
  socket.emit('data', message('1', Buffer.alloc(0)))
  void link.leave(false).then(() => left.push('left'))
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(left).toEqual(['left'])
})

it.each([
  ['is recorded', () => Promise.resolve()],
  ['cannot be recorded', () => Promise.reject(new Error('the disk is full'))],
])('has the last answer once its outcome %s', async (_what, recorded) => {
  const disk = new EventEmitter()
  const { link, left, socket } = asked(
    () => turn(),
    () => once(disk, 'written').then(recorded),
  )
  void link.leave(false).then(() => left.push('left'))
  for (let turns = 0; turns < 20; turns++) await turn()
  socket.emit('data', readyForQuery('I'))
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(left).toEqual([])
  disk.emit('written')
  for (let turns = 0; turns < 20; turns++) await turn()
  expect(left).toEqual(['left'])
})

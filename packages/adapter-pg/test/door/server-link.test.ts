import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { query } from '../../src/door/messages.js'
import { ServerLink } from '../../src/door/server-link.js'

const limits = { maxMessageBytes: 1024, maxQueuedBytes: 1024 }

/** A server that reads and never answers, on a link that has asked it something. */
function asked(cancel: (socket: PassThrough) => Promise<void>): { readonly link: ServerLink; readonly left: string[] } {
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
    ready: ignore,
    parsed: ignore,
    skipping: ignore,
    copyIn: ignore,
    parameter: ignore,
    progress: ignore,
    ended: ignore,
    fatal: ignore,
    told: (bytes) => bytes,
    lost: () => left.push('lost'),
  })
  const refusal = { code: 'ERR_DENIED', message: 'no', rules: [], hint: '' } as const
  link.send(query(Buffer.from('select 1')), { kind: 'refused-query', refusal })
  return { link, left }
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

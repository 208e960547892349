import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { BodyBudget } from '../src/http/body.js'
import { envelopeOf } from './support/envelopes.js'
import { closedLater, RelayStage } from './support/relay-stage.js'

/** Somebody who sends. Of a message only its body is looked at. */
function sender(): { readonly body: PassThrough; readonly message: IncomingMessage } {
  const body = new PassThrough()
  return { body, message: body as unknown as IncomingMessage }
}

async function sent(body: PassThrough, bytes: number): Promise<void> {
  body.write(Buffer.alloc(bytes))
  await new Promise((resolve) => setImmediate(resolve))
}

describe('the room for bodies', () => {
  it('is taken by what has arrived, and whoever has been sending for longest is cut off for others', async () => {
    const budget = new BodyBudget(100)
    const [slow, silent, quick] = [sender(), sender(), sender()]
    const [slowly, silently] = [budget.read(slow.message), budget.read(silent.message)]
    await sent(slow.body, 60)
    const quickly = budget.read(quick.message)
    await sent(quick.body, 40)
    // All of it is taken, and nobody is cut off yet.
    await sent(quick.body, 1)
    expect(await slowly).toBeUndefined()
    expect(slow.body.isPaused()).toBe(true)
    await sent(quick.body, 59)
    quick.body.end()
    expect((await quickly)?.byteLength).toBe(100)
    // The room is given back.
    await sent(silent.body, 100)
    silent.body.end()
    expect((await silently)?.byteLength).toBe(100)
  })

  it('is given back when a client goes or fails', async () => {
    const budget = new BodyBudget(10)
    const [one, other, last] = [sender(), sender(), sender()]
    const reads = [budget.read(one.message), budget.read(other.message)]
    await sent(one.body, 5)
    await sent(other.body, 5)
    one.body.destroy()
    other.body.destroy(new Error('reset'))
    expect((await Promise.allSettled(reads)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const reading = budget.read(last.message)
    await sent(last.body, 10)
    last.body.end()
    expect((await reading)?.byteLength).toBe(10)
  })
})

describe('many who announce much and send little', () => {
  it('keep nobody from asking', async () => {
    const stage = await RelayStage.open()
    const sockets = Array.from({ length: 48 }, (): Socket => connect(Number(new URL(stage.url).port), '127.0.0.1'))
    closedLater(async () => {
      for (const socket of sockets) socket.destroy()
      return Promise.resolve()
    })
    const head = ['POST /v1/requests HTTP/1.1', 'Host: x', 'Authorization: Bearer a.b.c', 'Content-Length: 2000000']
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      socket.write([...head, '', '{'].join('\r\n'))
    }
    expect(await stage.orders.ask(envelopeOf().body)).toMatchObject({ status: 201 })
    expect(sockets.filter(({ destroyed, readableEnded }) => destroyed || readableEnded)).toEqual([])
  })
})

import { expect, it } from 'vitest'
import { clientOf, served } from './support/served-stub.js'
it('lets a client in whose password is admitted, and gives its session back once', async () => {
  const { door, released, counts } = await served()
  const client = clientOf(door)
  await client.connect()
  expect((await client.query('hello')).rows).toEqual([{ echo: 'hello' }])
  expect(door.connections).toBe(1)
  await expect(clientOf(door, 'bad').connect()).rejects.toMatchObject({ code: 'XX000' })
  const ended = new Promise((r) => client.once('end', r))
  await door.drain(10_000)
  await ended
  expect(released).toEqual([{ times: 1 }])
  expect(counts).toEqual([1, 0])
})

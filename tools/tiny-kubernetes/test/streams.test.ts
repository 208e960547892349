import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, it } from 'vitest'
import { type Tiny, tiny } from './support/tiny.js'

const pod = '/api/v1/namespaces/n/pods/p'
let on: Tiny
beforeAll(async () => {
  on = await tiny({ commands: { whoami: ({ stdout }) => (stdout.write('root\n'), 0) } })
})

function status(said: ReadonlyMap<number, string>): unknown {
  return JSON.parse(said.get(3) ?? 'null')
}

it('runs what the table of commands has, and tells the exit code', async () => {
  const echo = await on.connect(`${pod}/exec?command=echo&command=a&command=b&stdout=true`)
  await echo.closed
  expect([echo.said.get(1), status(echo.said)]).toEqual(['a b\n', { metadata: {}, status: 'Success' }])
  const exit = await on.connect(`${pod}/exec?command=exit&command=3&stdout=true`, ['v4.channel.k8s.io'])
  await exit.closed
  expect(status(exit.said)).toMatchObject({ reason: 'NonZeroExitCode', details: { causes: [{ message: '3' }] } })
  const own = await on.connect(`${pod}/exec?command=whoami&stdout=true`)
  await own.closed
  expect(own.said.get(1)).toBe('root\n')
  const none = await on.connect(`${pod}/exec?command=rm&stdout=true`)
  await none.closed
  expect(status(none.said)).toMatchObject({ status: 'Failure', message: expect.stringContaining('"rm"') as string })
})

it('sends back what it is sent, until the input is closed', async () => {
  const cat = await on.connect(`${pod}/exec?command=cat&stdin=true&stdout=true`)
  cat.send(0, 'one')
  cat.send(0, 'two')
  cat.send(255, '\0')
  await cat.closed
  expect([cat.said.get(1), status(cat.said)]).toEqual(['onetwo', { metadata: {}, status: 'Success' }])
  const attached = await on.connect(`${pod}/attach?stdin=true&stdout=true`)
  attached.send(0, 'three')
  await expect.poll(() => attached.said.get(1)).toBe('three')
  attached.socket.close()
  await attached.closed
})

it('floods with as many bytes as are asked for', async () => {
  const yes = await on.connect(`${pod}/exec?command=yes&command=3000000&stdout=true`)
  await yes.closed
  expect(yes.bytes()).toBe(3_000_000 + JSON.stringify({ metadata: {}, status: 'Success' }).length)
})

it('forwards a port, whose number comes first on both of its channels', async () => {
  const port = await on.connect(`${pod}/portforward?ports=8080`, ['v4.channel.k8s.io'])
  port.send(0, 'ping')
  await expect.poll(() => port.said.get(0)?.slice(2)).toBe('ping')
  expect(port.said.get(0)?.slice(0, 2)).toBe(Buffer.from([0x90, 0x1f]).toString('utf8'))
  port.socket.close()
  await port.closed
})

it('opens no stream to what is not there, is no stream, or is on no node', async () => {
  const body = { metadata: { name: 'pending' }, spec: { containers: [{ name: 'main', image: 'i' }] } }
  await on.ask({ method: 'POST', path: '/api/v1/namespaces/n/pods', body })
  await expect(on.connect('/api/v1/namespaces/n/pods/none/exec?command=true')).rejects.toThrow('404')
  await expect(on.connect('/api/v1/namespaces/n/pods/pending/exec?command=true')).rejects.toThrow('400')
  await expect(on.connect(`${pod}/exec?command=true&container=other`)).rejects.toThrow('400')
  await expect(on.connect('/api/v1/namespaces/n/pods?watch=1')).rejects.toThrow('400')
  await expect(on.connect('/api/v1/%zz')).rejects.toThrow('400')
  expect((await on.ask({ method: 'GET', path: `${pod}/exec?command=true` })).text).toContain('Upgrade request required')
})

it('ends a log with the client that follows it', async () => {
  const { code, text: log } = await on.ask({ method: 'GET', path: `${pod}/log` })
  expect([code, log]).toEqual([200, 'started\n'])
  let over = false
  on.server.handlers.logs = async ({ signal }, output) => {
    output.write('line\n')
    if (!signal.aborted) await once(signal, 'abort')
    over = true
  }
  const following = await on.begin(`${pod}/log?follow=true`)
  const [first] = (await once(following, 'data')) as [Buffer]
  expect(first.toString('utf8')).toBe('line\n')
  expect(over).toBe(false)
  following.destroy()
  await expect.poll(() => over).toBe(true)
})

it('is on record with the verb of the method, as in an audit log', async () => {
  await (
    await on.connect(`${pod}/exec?command=true&stdout=true`)
  ).closed
  expect(on.server.audit.at(-1)).toMatchObject({
    verb: 'get',
    user: { username: 'admin' },
    objectRef: { namespace: 'n', resource: 'pods', name: 'p', subresource: 'exec' },
    responseStatus: { code: 101 },
  })
})

it('ends what streams when it stops', async () => {
  const other = await tiny()
  const watching = await other.begin('/api/v1/namespaces?watch=1')
  const attached = await other.connect(`${pod}/attach?stdin=true`)
  const rest = text(watching).catch(() => '')
  await other.server.stop()
  await other.server.stop()
  await Promise.all([rest, attached.closed])
  await expect(other.ask({ method: 'GET', path: '/healthz' })).rejects.toThrow('ECONNREFUSED')
})

import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { answered, asked, notingDoor, RawApi, type NotingDoor } from '../support/raw.js'

const pods = '/api/v1/namespaces/shop/pods'
let api: RawApi | undefined
afterEach(() => {
  api?.close()
})

async function start(answer = '', decided?: Promise<void>): Promise<NotingDoor & { readonly api: RawApi }> {
  api = new RawApi(answer)
  return { ...notingDoor(await api.config(), decided), api }
}

/** What a client reads of the answer until nothing more happens to its request. */
async function answerOf({ notes, open }: NotingDoor, request: string): Promise<string> {
  const wire = open()
  let text = ''
  wire.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  wire.write(request)
  await vi.waitFor(() => {
    expect(notes).toContain('over')
    expect(text).toMatch(/\r\n\r\n/)
  })
  return text
}

describe('a client that leaves before its request is decided', () => {
  it('has nothing sent, also behind a request that was not answered yet', async () => {
    const { promise, resolve } = gate()
    const { api: server, notes, open } = await start('', promise)
    const wire = open()
    wire.resume().write(asked(pods) + asked(`${pods}?limit=2`))
    await vi.waitFor(() => {
      expect(notes).toEqual(['asked', 'asked'])
    })
    await leave(wire)
    resolve()
    await vi.waitFor(() => {
      expect(notes).toEqual(['asked', 'asked', 'over', 'over'])
    })
    expect(server.asked).toBe(0)
  })

  it('has nothing sent, also when it said before that it would say no more', async () => {
    const { promise, resolve } = gate()
    const { api: server, notes, open } = await start('', promise)
    const wire = open()
    wire.end(asked(pods))
    await vi.waitFor(() => {
      expect(wire.writableFinished && notes.length === 1).toBe(true)
    })
    await leave(wire)
    resolve()
    await vi.waitFor(() => {
      expect(notes).toEqual(['asked', 'over'])
    })
    expect(server.asked).toBe(0)
  })
})

it('a client that reads late is waited for, and gets all of the answer', async () => {
  const items = Array.from({ length: 3000 }, () => ({ spec: { x: 'y'.repeat(1000) } }))
  const door = await start(answered('200 OK', JSON.stringify({ kind: 'PodList', items })))
  const wire = door.open()
  wire.write(asked(pods))
  await vi.waitFor(() => {
    expect(wire.readableLength).toBeGreaterThan(256 * 1024)
  })
  // By now, all of it would have been taken.
  await sleep(2000)
  expect(door.notes).toEqual(['asked', 'run'])
  let length = 0
  wire.on('data', (chunk: Buffer) => (length += chunk.length))
  await vi.waitFor(() => {
    expect(door.notes).toContain('over')
    expect(length).toBeGreaterThan(3_000_000)
  })
})

it('a client is told what went wrong before anything of the answer went out', async () => {
  const door = await start('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZ')
  const text = await answerOf(door, asked(pods))
  expect(text).toMatch(/^HTTP\/1\.1 500 .*"reason":"InternalError"/s)
})

it('a client that leaves an answer it does not read leaves nothing behind', async () => {
  const items = Array.from({ length: 2000 }, () => ({ spec: { x: 'y'.repeat(1000) } }))
  const { api: server, notes, open } = await start(answered('200 OK', JSON.stringify({ kind: 'PodList', items })))
  const wire = open()
  wire.write(asked(pods))
  await vi.waitFor(() => {
    expect(wire.readableLength).toBeGreaterThan(256 * 1024)
  })
  await leave(wire)
  await vi.waitFor(() => {
    expect(notes).toEqual(['asked', 'run', 'unknown 200', 'over'])
    expect(server.sockets.size).toBe(0)
  })
})

describe('a server', () => {
  it('that changes the protocol unasked has answered nothing', async () => {
    const door = await start('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
    expect(await answerOf(door, asked(pods))).toContain('HTTP/1.1 500 ')
    expect(door.notes).toEqual(['asked', 'run', 'unknown', 'over'])
  })

  it('that leads elsewhere has done nothing', async () => {
    const door = await start(answered('301 Moved', '{}'))
    await answerOf(door, asked(pods))
    expect(door.notes).toEqual(['asked', 'run', 'failed 301', 'over'])
  })

  it('that refuses a watch is heard', async () => {
    const status = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 }
    const door = await start(answered('410 Gone', JSON.stringify(status)))
    expect(await answerOf(door, asked(`${pods}?watch=true`))).toContain('"Expired"')
    expect(door.notes).toEqual(['asked', 'run', 'failed 410', 'over'])
  })

  it('that answers in plain text is masked like texts in objects', async () => {
    const door = await start(answered('200 OK', 'by jane.doe@example.com\npassword=hunter2\n', 'text/plain'))
    const text = await answerOf(door, asked('/logs/audit.log'))
    expect(text).toContain('by [email]\npassword=[secret]\n')
    expect(text).not.toContain('hunter2')
  })

  it('that answers a path in neither JSON nor plain text is not shown', async () => {
    const door = await start(answered('200 OK', 'hunter2', 'application/octet-stream'))
    const text = await answerOf(door, asked('/logs/audit.log'))
    expect(text).toMatch(/^HTTP\/1\.1 500 /)
    expect(text).not.toContain('hunter2')
  })

  it.each([
    ['garbage', 'garbage\r\n\r\n', 'unknown'],
    ['a status that is none', answered('099 No', '{}'), 'unknown 99'],
    [
      'a body that breaks off',
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nZ',
      'unknown 200',
    ],
  ])('that answers with %s does no harm', async (_, answer, outcome) => {
    const door = await start(answer)
    await answerOf(door, asked(pods))
    expect(door.notes).toEqual(['asked', 'run', outcome, 'over'])
  })
})

it('a request to become another protocol without its handshake is refused on record', async () => {
  const { notes, open } = await start()
  const wire = open()
  const chunks: Buffer[] = []
  wire.on('data', (chunk: Buffer) => chunks.push(chunk))
  const headers = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-protocol: v5.channel.k8s.io\r\n'
  wire.write(asked(`${pods}/web/exec?command=id`, headers))
  await vi.waitFor(() => {
    expect(String(Buffer.concat(chunks))).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^]*"message":"refused: The handshake/,
    )
  })
  expect(notes).toEqual(['refused (a request that is not understood)', 'over'])
})

function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}

async function leave(wire: { destroy(): unknown; once(event: 'close', done: () => void): unknown }): Promise<void> {
  const closed = new Promise<void>((done) => wire.once('close', done))
  wire.destroy()
  await closed
  // What stands at the other end of a connection hears of it after that.
  await new Promise((done) => setImmediate(done))
}

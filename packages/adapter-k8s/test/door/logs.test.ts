import { once } from 'node:events'
import { PassThrough, Readable, Writable } from 'node:stream'
import { ApiException, Log } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import { governed, type Governed } from '../support/governed.js'

const read = { duty: 'read', resource: 'object:shop.**' }
const mask = [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }]
const plain = { 'content-type': 'text/plain' }
let on: Governed | undefined
afterEach(() => on?.close())

async function start(...given: Parameters<typeof governed>): Promise<Governed> {
  on = await governed(...given)
  return on
}

interface Reader {
  readonly stream: Writable
  text: string
}

function reader(): Reader {
  const made: Reader = {
    text: '',
    stream: new Writable({
      write(chunk: Buffer, _encoding, done) {
        made.text += chunk.toString('utf8')
        done()
      },
    }),
  }
  return made
}

const follow = (by: Governed, to: Writable): Promise<AbortController> =>
  new Log(by.target.config(by.session)).log('shop', 'web-0', 'main', to, { follow: true })

describe('a log', () => {
  it('comes masked by what a rule detects, wherever it is cut, and the record tells by which rule', async () => {
    const by = await start([read], { policy: { mask } })
    by.api.answer = () => ({
      headers: plain,
      body: Readable.from(['from jane.d', 'oe@exam', 'ple.com\n'].map((each) => Buffer.from(each))),
    })
    const to = reader()
    await new Log(by.target.config(by.session)).log('shop', 'web-0', 'main', to.stream)
    if (!to.stream.writableFinished) await once(to.stream, 'finish')
    expect(to.text).toBe('from [email]\n')
    expect(by.journal.events.at(-1)).toMatchObject({
      type: 'action.outcome',
      outcome: 'completed',
      masked: { rules: ['mails'] },
    })
    expect(by.api.seen[0]?.url).toMatch(/^\/api\/v1\/namespaces\/shop\/pods\/web-0\/log\?container=main/)
  })

  it('is cut by bytes behind the mask, so that no part of what is detected stays', async () => {
    const by = await start([read], { policy: { mask } })
    const lines = ['from jane.doe@example.com\n', 'and more\n', 'x'.repeat(100)]
    by.api.answer = () => ({ headers: plain, body: Readable.from(lines.map((each) => Buffer.from(each))) })
    const texts: string[] = []
    for (const limitBytes of [7, 15, 21, 24, 1_000]) {
      const to = reader()
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await new Log(by.target.config(by.session)).log('shop', 'web-0', 'main', to.stream, { limitBytes })
      // oxlint-disable-next-line no-await-in-loop -- The same.
      if (!to.stream.writableFinished) await once(to.stream, 'finish')
      texts.push(to.text)
    }
    const whole = `from [email]\nand more\n${'x'.repeat(100)}`
    expect(texts).toEqual([7, 15, 21, 24, 1_000].map((bytes) => whole.slice(0, bytes)))
    expect(by.api.seen.map(({ url }) => url.includes('limitBytes'))).toEqual([false, false, false, false, false])
  })

  it('is cut by the API server where nothing is masked', async () => {
    const by = await start([read])
    by.api.answer = () => ({ headers: plain, body: Readable.from([Buffer.from('some')]) })
    const to = reader()
    await new Log(by.target.config(by.session)).log('shop', 'web-0', 'main', to.stream, { limitBytes: 4 })
    expect(by.api.seen.at(-1)?.url).toContain('limitBytes=4')
  })

  it('passes as it is, bytes that are no text too, when no rule detects anything', async () => {
    const by = await start([read])
    const bytes = Buffer.from('by jane.doe@example.com password=hunter2 \xff\xfe\x00', 'latin1')
    by.api.answer = () => ({ headers: plain, body: Readable.from([bytes]) })
    const parts: Buffer[] = []
    const to = new Writable({
      write(chunk: Buffer, _encoding, done) {
        parts.push(chunk)
        done()
      },
    })
    await new Log(by.target.config(by.session)).log('shop', 'web-0', 'main', to)
    if (!to.writableFinished) await once(to, 'finish')
    expect(Buffer.concat(parts)).toEqual(bytes)
  })

  it('that is followed comes while the pod says nothing more, and ends with the session', async () => {
    const by = await start([read], { policy: { mask } })
    const log = new PassThrough()
    by.api.answer = () => ({ headers: plain, body: log })
    const to = reader()
    await follow(by, to.stream)
    expect(to.text).toBe('')
    log.write('jane.doe@example.com came in\n')
    await expect.poll(() => to.text).toBe('[email] came in\n')
    await by.session.close()
    await expect.poll(() => log.destroyed).toBe(true)
    expect(by.journal.events.some((event) => event['outcome'] === 'unknown')).toBe(true)
  })

  it('is held back while its reader takes nothing', async () => {
    const by = await start([read])
    let given = 0
    const part = Buffer.alloc(65_536, 'a line of a log\n')
    const log = new Readable({
      read() {
        given += part.length
        this.push(given > 64 * 1024 * 1024 ? null : part)
      },
    })
    by.api.answer = () => ({ headers: plain, body: log })
    const stuck = new Writable({ write: () => undefined })
    const left = await follow(by, stuck)
    let before = -1
    await expect
      .poll(
        () => {
          const isStill = given === before
          before = given
          return isStill
        },
        { interval: 200 },
      )
      .toBe(true)
    expect(given).toBeLessThan(32 * 1024 * 1024)
    left.abort()
    await expect.poll(() => log.destroyed).toBe(true)
  })

  it('of a pod that is not there is refused in the words of the API server', async () => {
    const by = await start([read])
    by.api.answer = () => ({
      status: 404,
      body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'pods "web-0" not found', code: 404 },
    })
    await expect(follow(by, reader().stream)).rejects.toThrow(ApiException)
    await expect.poll(() => by.journal.events.at(-1)).toMatchObject({ outcome: 'failed', result: '404' })
  })

  it('that comes as JSON is not shown', async () => {
    const by = await start([read])
    by.api.answer = () => ({ body: { kind: 'Secret', data: { password: 'aHVudGVyMg==' } } })
    await expect(follow(by, reader().stream)).rejects.toThrow(/no plain text/)
  })
})

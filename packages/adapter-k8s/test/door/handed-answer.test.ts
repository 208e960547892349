import { CoreV1Api, setHeaderOptions, PatchStrategy } from '@kubernetes/client-node'
import { Readable } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { HandedAnswer } from '../../src/door/handed-answer.js'
import { governed, type Governed } from '../support/governed.js'

const state = async (answer: HandedAnswer): Promise<string> => {
  const pending = new Promise<string>((resolve) => {
    setImmediate(() => {
      resolve('pending')
    })
  })
  return Promise.race([answer.whole.then(() => 'given').catch(() => 'broken off'), pending])
}

describe('an answer that is handed over', () => {
  it('is given once it is whole, and not before', async () => {
    const answer = new HandedAnswer()
    answer.statusCode = 201
    answer.setHeaders(
      new Map<string, string | string[]>([
        ['content-type', 'text/plain'],
        ['warning', ['a', 'b']],
      ]),
    )
    expect(answer.headersSent).toBe(false)
    expect(answer.write(Buffer.from('on'))).toBe(true)
    expect(answer.headersSent).toBe(true)
    expect([await state(answer), answer.writableFinished]).toEqual(['pending', false])
    answer.end('e')
    expect(answer.writableFinished).toBe(true)
    const headers = { 'content-type': 'text/plain', warning: 'a, b' }
    expect(await answer.whole).toEqual({ status: 201, headers, body: Buffer.from('one') })
  })

  it('has no body where a wire would carry none', async () => {
    const answer = new HandedAnswer()
    answer.statusCode = 204
    answer.end('x')
    expect((await answer.whole).body.length).toBe(0)
  })

  it('is nothing when it is broken off, whatever is written then', async () => {
    const answer = new HandedAnswer()
    let closed = 0
    answer.once('close', () => (closed += 1))
    answer.write(Buffer.from('a'))
    answer.destroy()
    answer.write(Buffer.from('b'))
    answer.end('c')
    answer.destroy()
    await expect(answer.whole).rejects.toMatchObject({ code: 'ERR_ABORTED' })
    expect([closed, answer.destroyed, answer.writableFinished]).toEqual([1, true, false])
  })

  it('cannot be broken off once it was given', async () => {
    const answer = new HandedAnswer()
    let closed = 0
    answer.on('close', () => (closed += 1))
    answer.end()
    answer.destroy()
    expect([await state(answer), closed, answer.destroyed]).toEqual(['given', 1, false])
  })
})

let on: Governed | undefined
afterEach(() => on?.close())
async function start(): Promise<Governed> {
  on = await governed(rules)
  return on
}
const rules = [{ duty: ['read', 'write', 'grant'], resource: 'object:shop.**' }]
const broken = (): Readable =>
  Readable.from(
    (function* () {
      yield '{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}},'
      throw new Error('gone')
    })(),
  )

describe('a client that hands its requests over', () => {
  it('hears that an answer broke off, and that is on record', async () => {
    const started = await start()
    started.api.answer = () => ({ body: broken() })
    const core = started.target.config(started.session).makeApiClient(CoreV1Api)
    await expect(core.listNamespacedPod({ namespace: 'shop' })).rejects.toThrow()
    await expect.poll(() => started.journal.events.some(({ type }) => type === 'action.outcome')).toBe(true)
    const outcome = started.journal.events.find(({ type }) => type === 'action.outcome')
    expect(JSON.stringify(outcome)).toContain('unknown')
  })

  it('hears nothing more when its session ends while it waits, and what waited is broken off', async () => {
    const started = await start()
    const quiet = new Readable({ read: () => undefined })
    started.api.answer = () => ({ body: quiet })
    const core = started.target.config(started.session).makeApiClient(CoreV1Api)
    const reading = core.listNamespacedPod({ namespace: 'shop' })
    const heard = reading.then(() => 'answered').catch((error: unknown) => error)
    await expect.poll(() => started.api.seen.length).toBe(1)
    await started.session.close()
    expect(await heard).toMatchObject({ code: 'ERR_ABORTED' })
    quiet.destroy()
  })

  it.each(['by hand', 'by wire'])('reaches nothing once the target is closed, %s', async (way) => {
    const started = await start()
    const core = started.target.config(started.session).makeApiClient(CoreV1Api)
    await started.target.close()
    const options = way === 'by wire' ? setHeaderOptions('X-Other', 'a') : undefined
    // The client of 2.x has given up its wire by then.
    const hasNoWire = way === 'by wire' && process.env['BOTHKEYS_CLIENT_NODE'] === 'client-node-2'
    await expect(core.readNamespacedPod({ namespace: 'shop', name: 'p' }, options)).rejects.toMatchObject(
      hasNoWire
        ? { cause: { code: 'UND_ERR_DESTROYED' } }
        : { code: 401, headers: { 'bothkeys-refusal': 'ERR_SESSION_CLOSED' } },
    )
    expect(started.api.seen).toEqual([])
  })

  it('is one of many, of which Node.js does not warn', async () => {
    const started = await start()
    const warnings: string[] = []
    const note = ({ name }: Error): void => void warnings.push(name)
    process.on('warning', note)
    const core = started.target.config(started.session).makeApiClient(CoreV1Api)
    const reads = Array.from({ length: 40 }, () => core.readNamespacedPod({ namespace: 'shop', name: 'p' }))
    expect(await Promise.all(reads)).toHaveLength(40)
    // Warnings come later.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', note)
    expect(warnings).toEqual([])
  })

  it('gets the body of what it wrote, as text and as bytes', async () => {
    const started = await start()
    started.api.answer = () => ({
      body: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'ä', uid: 'u', resourceVersion: '1' } },
    })
    const core = started.target.config(started.session).makeApiClient(CoreV1Api)
    const given = { namespace: 'shop', name: 'c', body: { metadata: { labels: { a: 'ä' } } } }
    const merged = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
    expect((await core.patchNamespacedConfigMap(given, merged)).metadata?.name).toBe('ä')
    const info = await core.patchNamespacedConfigMapWithHttpInfo(given, merged)
    const [text, bytes] = [await info.body.text(), await info.body.binary()]
    expect(bytes.toString('utf8')).toBe(text)
    expect(JSON.parse(text)).toMatchObject({ metadata: { name: 'ä' } })
    const [seen] = started.api.seen.filter(({ method, url }) => method === 'PATCH' && !url.includes('dryRun'))
    expect(JSON.parse(seen?.body ?? '')).toMatchObject({ metadata: { labels: { a: 'ä' } } })
  })
})

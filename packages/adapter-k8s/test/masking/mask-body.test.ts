import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import type { MaskContext } from '../../src/masking/mask-context.js'
import { maskBody } from '../../src/masking/mask-body.js'
import { maskObject } from '../../src/masking/object-mask.js'
import { answers } from './support/answers.js'
import { collected, inPieces } from './support/bytes.js'
import { base64, texts } from './support/maskers.js'

const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now())
const runs = process.env['BOTHKEYS_SOAK'] === undefined ? 300 : 20_000

const whole = (text: string, context: MaskContext = {}): string =>
  JSON.stringify(maskObject(JSON.parse(text) as JsonValue, context))

async function streamed(text: string, context: MaskContext = {}, sizes = [7]): Promise<string> {
  const { error, text: output } = await collected(maskBody(inPieces(text, sizes), context))
  if (error !== undefined) throw error as Error
  return output
}

async function failed(
  text: string,
  context: MaskContext = {},
  sizes = [7],
): Promise<{ output: string; message: string }> {
  const { error, text: output } = await collected(maskBody(inPieces(text, sizes), context))
  expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  return { output, message: (error as Error).message }
}

const value = base64('hunter2')
const item = `{"metadata":{"name":"s"},"data":{"a":"${value}"}}`

describe('an answer in JSON', () => {
  it('becomes the same in pieces as whole, wherever it is cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 })
    const resource = fc.constantFrom('secrets', 'configmaps', 'pods')
    await fc.assert(
      fc.asyncProperty(answers('hunter2'), sizes, resource, fc.boolean(), async (answer, cuts, of, isIndented) => {
        const text = JSON.stringify(answer, null, isIndented ? 2 : undefined)
        const context = { resource: of, texts }
        expect(await streamed(text, context, cuts)).toBe(whole(text, context))
      }),
      { seed, numRuns: runs },
    )
  })

  it.each([
    `{"kind":"SecretList","apiVersion":"v1","metadata":{},"items":[${item},${item}]}`,
    `{"kind":"SecretList","apiVersion":"v1","metadata":{},"items":[]}\n`,
    `{"kind":"SecretList","items":[ ]}`,
    ` { "kind" : "SecretList" , "items" : [ ${item} , ${item} ] , "metadata" : { "resourceVersion" : "1" } } \n`,
    `{"kind":"SecretList","items":[1,"a,]\\\\","b\\"]",[[],{}],null]}`,
    `{"items":[${item}],"kind":"SecretList"}`,
    `{"metadata":{"items":[{"a":1}]},"kind":"SecretList","items":[${item}]}`,
    `{"kind":"SecretList","items":null}`,
    `{"kind":"SecretList","items":{"data":{"a":"${value}"}}}`,
    `{"k\\u0069nd":"SecretList","it\\u0065ms":[${item}],"a":[]}`,
    `{"it\\u0065ms":[${item}],"kind":"SecretList","items":[${item}]}`,
    `{"kind":"Table","columnDefinitions":[{"name":"Name"}],"rows":[{"cells":["s"],"object":${item}}],"more":{"password":"hunter2"}}`,
    `{"kind":"Table","rows":[{"cells":["s"],"object":${item}}],"columnDefinitions":[{"name":"Name"}]}`,
    `{"kind":"Table","columnDefinitions":null,"rows":[]}`,
    `{"kind":"Table","columnDefinitions":[],"rows":[{"metadata":{"managedFields":[{"a":1}]},"cells":[]}]}`,
    `{"kind":"PodList","rows":[{"a":1}],"items":[]}`,
    `{"kind":"Secret","metadata":{},"data":{"a":"${value}"}}`,
    `{"kind":"List","items":[{"kind":"List","items":[{"kind":"Secret",${item.slice(1)}]}]}`,
    `[${item}]`,
    `"hunter2"`,
    `{"kind":"SecretList","items":[{"__proto__":{"data":"hunter2"}}],"__proto__":1}`,
    `{"kind":"Thing","items":[{"password":"hunter2"}]}`,
    `{"kind":"ÄList","items":[{"ü":"\\uD83D\\uDE00😀"}],"ß":"😀"}`,
  ])('is %s: the same in pieces as whole', async (text) => {
    for (const context of [{ resource: 'secrets' }, {}]) {
      for (let size = 1; size < 12; size += 1) expect(await streamed(text, context, [size])).toBe(whole(text, context))
      expect(await streamed(text, context, [100_000])).toBe(whole(text, context))
    }
  })

  it.each([
    `{"name":"a","managedFields":[{"a":{"f:\\"]}":["hunter2",[]]}}],"uid":"u"}`,
    `{"managedFields":[],"name":"a"}`,
    `{"managedFields":[1],"managedFields":[{"b":"]"},[2]]}`,
    `{"a":{"managedFields":["stays"]},"managedFields":null}`,
    `{"managedFields":{"a":["x"]}}`,
    `{ "managedFields" : [ { } ] }`,
    `{"a":"\\\\","managedFields":["\\\\",{"x":"\\"managedFields\\":["}]}`,
  ])('is the same in pieces as whole whatever is in managed fields: %s', async (metadata) => {
    const spec = `"spec":{"managedFields":[{"a":1}],"metadata":{"managedFields":[{"b":2}]}}`
    const items = [
      `{"metadata":${metadata},${spec}}`,
      `{${spec},"metadata":${metadata}}`,
      `{"metadata":${metadata},"metadata":{"managedFields":[3]},"data":{"a":"${value}"}}`,
      `[{"managedFields":[4]}]`,
      `"metadata"`,
    ]
    for (const kind of ['PodList', 'SecretList', 'List']) {
      const text = `{"kind":"${kind}","items":[${items.join(',')}],"metadata":{"managedFields":[5]}}`
      for (const managedFields of ['drop', 'keep'] as const) {
        for (let size = 1; size < 40; size += 1)
          expect(await streamed(text, { managedFields }, [size])).toBe(whole(text, { managedFields }))
        expect(await streamed(text, { managedFields }, [100_000])).toBe(whole(text, { managedFields }))
      }
    }
  })

  it('goes out item by item, before the rest has come', async () => {
    let isFree: () => void = () => undefined
    const gate = new Promise<void>((resolve) => (isFree = resolve))
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`{"kind":"SecretList","items":[${item},${item.slice(0, 10)}`)
      await gate
      yield Buffer.from(`${item.slice(10)}]}`)
    }
    const body = maskBody(slow(), {})
    let begun = ''
    while (!begun.includes(base64('[secret]'))) begun += String((await body.next()).value)
    isFree()
    const rest = []
    for await (const part of body) rest.push(String(part))
    expect(`${begun}${rest.join('')}`).toBe(whole(`{"kind":"SecretList","items":[${item},${item}]}`))
  })

  it('does not keep bytes that their sender uses again', async () => {
    const text = `{"kind":"SecretList","items":[${item},${item}],"more":[1]}`
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.alloc(5)
      for (let at = 0; at < text.length; at += 5) {
        const length = buffer.write(text.slice(at, at + 5))
        yield await Promise.resolve(buffer.subarray(0, length))
      }
    }
    expect((await collected(maskBody(reusing(), {}))).text).toBe(whole(text))
  })

  it.each([
    `{"a":"\\",\\"items\\":[","kind":"SecretList","items":[${item}`,
    `{"rows":{"a":[1]},"kind":"SecretList","items":[${item}`,
    `{"a":"items","b":[1],"kind":"SecretList","items":[${item}`,
  ])('goes out item by item whatever is in its head: %s', async (begun) => {
    const text = `${begun}${`,${item}`.repeat(10)}]}`
    expect(await streamed(text, { limits: { whole: 100 } })).toBe(whole(text))
  })

  it('lets others have a turn while a large one is masked', async () => {
    let turns = 0
    let isDone = false
    const count = (): void => {
      turns += 1
      if (!isDone) setImmediate(count)
    }
    setImmediate(count)
    const list = `{"kind":"PodList","items":[${Array.from({ length: 20_000 }, () => '{"metadata":{"name":"pod"}}').join(',')}]}`
    await streamed(list, {}, [10_000_000])
    isDone = true
    expect(turns).toBeGreaterThanOrEqual(2)
  })

  it.each([
    ['', 'could not be read'],
    ['hunter2', 'could not be read'],
    ['{"kind":"Secret","data":{"a":"hunter2"}', 'could not be read'],
    [`{"kind":"SecretList","items":[${item}`, 'ended before its list did'],
    [`{"kind":"SecretList","items":[${item},`, 'ended before its list did'],
    [`{"kind":"SecretList","items":[${item}]`, 'no member'],
    [`{"kind":"SecretList","items":[${item}]hunter2`, 'no member'],
    [`{"kind":"SecretList","items":[${item}]} hunter2`, 'no member'],
    [`{"kind":"SecretList","items":[${item}],hunter2}`, 'no member'],
    [`{"kind":"SecretList","items":[${item}],"a":hunter2}`, 'could not be read'],
    [`{"kind":"SecretList","items":[${item}],}`, 'no member'],
    [`{"kind":"SecretList","items":[,${item}]}`, ''],
    [`{"kind":"SecretList","items":[,]}`, ''],
    [`{"kind":"SecretList","items":[${item},]}`, ''],
    [`{"kind":"SecretList","items":[${item},,${item}]}`, ''],
    [`{"kind":"SecretList","items":[${item} ${item}]}`, 'could not be read'],
    [`{"kind":"SecretList","items":["hunter2]}`, 'ended before'],
    [`{"kind":"PodList","items":[${item}],"kind":"SecretList"}`, 'there twice'],
    [`{"kind":"PodList","items":[${item}],"items":[${item}]}`, 'there twice'],
    [`{"kind":"PodList","metadata":{},"items":[${item}],"metadata":{}}`, 'there twice'],
    [`{"kind":"PodList","items":[${item}],"7":"hunter2"}`, 'cannot be put behind'],
  ])('ends with an error: %s', async (text, reason) => {
    const { message, output } = await failed(text)
    expect(message).toContain(reason)
    expect(output).not.toContain('hunter2')
    if (!text.includes('PodList')) expect(output).not.toContain(value)
  })

  it('ends with an error when an item is too large, and says the same wherever it is cut', async () => {
    const limits = { item: item.length }
    const list = (each: string): string => `{"kind":"SecretList","items":[${item},${each},${item}]}`
    for (const size of [1, 3, 64, 1000]) {
      expect(await streamed(list(item), { limits }, [size])).toBe(whole(list(item)))
      expect((await failed(list(` ${item}`), { limits }, [size])).message).toContain('an item of it is too large')
      const last = `{"kind":"SecretList","items":[${item},${item} ]}`
      expect((await failed(last, { limits }, [size])).message).toContain('an item of it is too large')
      const endless = `{"kind":"SecretList","items":["${'a'.repeat(10_000)}`
      expect((await failed(endless, { limits }, [size])).message).toContain('an item of it is too large')
      const behind = `{"kind":"SecretList","items":[],"a":"${'a'.repeat(10_000)}"}`
      expect((await failed(behind, { limits }, [size])).message).toContain('what follows its list is too large')
    }
  })

  it('ends with an error when it is no list and too large', async () => {
    const text = `{"kind":"Secret","metadata":{},"data":{"a":"${value}"}}`
    expect(await streamed(text, { limits: { whole: text.length } })).toBe(whole(text))
    expect((await failed(text, { limits: { whole: text.length - 1 } })).output).toBe('')
    const unknown = `{"items":[${item}]}`
    expect((await failed(unknown, { limits: { whole: 20 } })).output).toBe('')
  })

  it('ends with an error when a detector fails, and when the server does', async () => {
    const failing = {
      text(text: string): string {
        throw new Error(text)
      },
    }
    expect((await failed('{"kind":"ThingList","items":[{"a":"hunter2"}]}', { texts: failing })).output).not.toContain(
      'hunter2',
    )
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(`{"kind":"SecretList","items":[${item}`))
      throw new Error('hunter2')
    }
    const { error } = await collected(maskBody(breaking(), {}))
    expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { maskBody } from '../../src/masking/mask-body.js'
import type { MaskContext } from '../../src/masking/mask-context.js'
import { maskObject } from '../../src/masking/object-mask.js'
import { collected, inPieces } from './support/bytes.js'
import { texts } from './support/maskers.js'
import { oddItems } from './support/odd-items.js'

const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now())
const runs = process.env['BOTHKEYS_SOAK'] === undefined ? 1000 : 20_000

const detecting: MaskContext = {
  resource: 'pods',
  texts: { text: (text, hints) => texts.text(text, hints), finder: {} },
}
const contexts: readonly MaskContext[] = [{ resource: 'pods' }, { resource: 'secrets' }, detecting]

const shown = async (document: string, context: MaskContext = { resource: 'pods' }, cuts = [65_536]) =>
  collected(maskBody(inPieces(document, cuts), context))

/** It is written as JSON.stringify does not: only bytes that are copied show that. */
const mark = String.raw`"mark":"a\u003cb"`
const asParsed = '"mark":"a<b"'

const beginnings = fc.constantFrom(
  '"kind":"Pod"',
  '"apiVersion":"v1","kind":"Pod"',
  '"kind":"Secret"',
  '"kind":"PodList"',
  '"kind":"ConfigMap"',
  '"kind":"Status"',
  '"kind":"Pod","kind":"Secret"',
)

function valueOf(document: string): JsonValue | undefined {
  try {
    return JSON.parse(document) as JsonValue
  } catch {
    return undefined
  }
}

describe('an object that says its kind at once', () => {
  it('is shown as the mask would show it, however it is written and cut', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(
        beginnings,
        oddItems('hunter2'),
        sizes,
        fc.constantFrom(...contexts),
        async (beginning, item, cuts, context) => {
          const members = item.slice(1, -1)
          const document = `{${beginning}${members === '' ? '' : `,${members}`}}`
          const value = valueOf(document)
          const { error, text } = await shown(document, context, cuts)
          // What is in managed fields need not be JSON.
          if (value === undefined) expect(text).not.toContain('hunter2')
          else if (error === undefined)
            expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(maskObject(value, context))))
          else expect(() => maskObject(value, context)).toThrow('cannot be shown')
        },
      ),
      { seed, numRuns: runs },
    )
  })

  it.each(['', '\n', ' \r\n\t'])(
    'goes out in its own bytes but for its managed fields, also before %j',
    async (end) => {
      const managed = '"managedFields":[{"manager":"kubelet"}]'
      const whole = `{"kind":"Pod","metadata":{"name":"a",${managed}},${mark}}`
      expect(await shown(`${whole}${end}`)).toEqual({ text: `{"kind":"Pod","metadata":{"name":"a"},${mark}}` })
      const other = `{"apiVersion":"v1","kind":"Pod",${mark}}`
      expect(await shown(`${other}${end}`)).toEqual({ text: other })
    },
  )

  it('is masked as a value where something in it is not plain', async () => {
    const { text } = await shown(`{"kind":"Pod","metadata":{},"password":"hunter2",${mark}}`)
    expect(text).not.toContain('hunter2')
    expect(text).toContain(asParsed)
  })

  it('is masked as a value where it is an answer about secrets', async () => {
    const { text } = await shown(`{"kind":"Pod","metadata":{},"data":{"a":"hunter2"}}`, { resource: 'secrets' })
    expect(text).not.toContain('hunter2')
  })

  it.each([']', ',', '}', ']]', '\0', 'x', '{"a":1}'])('is not shown with %j behind it', async (end) => {
    expect(await shown(`{"kind":"Pod",${mark}}${end}`)).toMatchObject({ text: '', error: { code: 'ERR_INTERNAL' } })
  })

  it.each([`{"kind":"Pod",${mark}`, `{"kind":"Pod",${mark}]`, `{"kind":"Pod"`, ''])(
    'is not shown where it does not end: %s',
    async (document) => {
      expect(await shown(document)).toMatchObject({ text: '', error: { code: 'ERR_INTERNAL' } })
    },
  )
})

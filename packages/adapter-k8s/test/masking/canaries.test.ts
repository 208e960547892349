import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../src/json.js'
import { maskBody } from '../../src/masking/mask-body.js'
import { maskObject } from '../../src/masking/object-mask.js'
import { maskWatch } from '../../src/masking/mask-watch.js'
import { answers } from './support/answers.js'
import { collected, inPieces } from './support/bytes.js'
import { base64 } from './support/maskers.js'

const seed = Number(process.env['BOTHKEYS_SEED'] ?? Date.now())
const runs = process.env['BOTHKEYS_SOAK'] === undefined ? 500 : 50_000
const canary = 'cnry7zq4kx'

/** The canary as it is, and in base64, once or twice, wherever it begins in its run of bytes. */
const forms = [canary, ...inBase64(canary), ...inBase64(canary).flatMap(inBase64)]

function inBase64(text: string): string[] {
  return [0, 1, 2].map((before) => base64('x'.repeat(before) + text).slice(before === 0 ? 0 : 4, -4))
}

/** The same JSON with every letter of its keys escaped, and with each member of its objects there twice. */
function disguised(text: string): string {
  return text.replaceAll(/"(\w+)"(?=:)/g, (_all, key: string) => {
    const escaped = Array.from(key, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
    return `"${key}":{"stringData":"${canary}","kind":"Secret","data":"${canary}"},"${escaped}"`
  })
}

function leaks(output: string): string[] {
  return forms.filter((form) => output.includes(form))
}

describe('values of secrets', () => {
  it('are seen by what looks for them', () => {
    for (const text of [canary, base64(`x${canary}`), base64(base64(`xy ${canary} z`))])
      expect(leaks(text)).not.toEqual([])
  })

  it('are in no answer, whatever it is and whatever was asked for', () => {
    const resource = fc.constantFrom('secrets', 'configmaps', 'pods', undefined)
    fc.assert(
      fc.property(answers(canary), resource, (answer, of) => {
        const text = JSON.stringify(answer)
        const context = of === undefined ? {} : { resource: of }
        expect(leaks(JSON.stringify(maskObject(JSON.parse(text) as JsonValue, context)))).toEqual([])
        expect(leaks(JSON.stringify(maskObject(JSON.parse(disguised(text)) as JsonValue, context)))).toEqual([])
      }),
      { seed, numRuns: runs },
    )
  })

  it('are in no stream, which may end early', async () => {
    await fc.assert(
      fc.asyncProperty(answers(canary), fc.integer({ min: 1, max: 500 }), fc.boolean(), async (answer, size, isOdd) => {
        const text = JSON.stringify(answer)
        const sent = isOdd ? disguised(text) : text
        expect(leaks((await collected(maskBody(inPieces(sent, [size]), {}))).text)).toEqual([])
        const cut = sent.slice(0, Math.floor(sent.length / 2))
        expect(leaks((await collected(maskBody(inPieces(cut, [size]), {}))).text)).toEqual([])
        const event = JSON.stringify({ type: 'ADDED', object: answer })
        const watched = `${event}\n${event}\n${cut}`
        expect(leaks((await collected(maskWatch(inPieces(watched, [size]), {}))).text)).toEqual([])
      }),
      { seed, numRuns: runs },
    )
  })
})

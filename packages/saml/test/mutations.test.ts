import { describe, expect, it } from 'vitest'
import type { SamlFacts } from '../src/index.js'
import { verifySamlResponse } from '../src/index.js'
import { options, signal } from './support.js'
import type { Signed } from './test-idp.js'
import { encoded, signedXml } from './test-idp.js'

/** All of them with BOTHKEYS_SOAK, otherwise some that are spread over the whole response. */
const isSoak = process.env['BOTHKEYS_SOAK'] === '1'
const stride = isSoak ? 1 : 211
const patienceMs = isSoak ? 3_600_000 : 180_000

/** What a response is accepted as; undefined when it is refused, which is always for what it is. */
async function acceptedAs(response: string): Promise<SamlFacts | undefined> {
  return verifySamlResponse(response, options(), signal).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'ERR_TOKEN_INVALID' })
    return undefined
  })
}

/** Of all changes those that make something else of the response than it was. */
async function otherwise(changed: Iterable<string>, original: SamlFacts): Promise<readonly unknown[]> {
  const others: unknown[] = []
  for (const response of changed) {
    const facts = await acceptedAs(response)
    if (facts !== undefined && JSON.stringify(facts) !== JSON.stringify(original)) others.push(facts)
  }
  return others
}

function* flippedBits(xml: string, from: number): Generator<string> {
  const bytes = Buffer.from(xml)
  for (let bit = from; bit < bytes.length * 8; bit += stride * 8 - 1) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    yield changed.toString('base64')
  }
}

function* changedPlaces(xml: string): Generator<string> {
  for (let at = 3; at < xml.length; at += stride) {
    yield encoded(xml.slice(0, at) + xml.slice(at + 1))
    yield encoded(xml.slice(0, at) + xml.slice(at, at + 1) + xml.slice(at))
    yield encoded(xml.slice(0, at) + '<' + xml.slice(at + 1))
    yield encoded(xml.slice(0, at) + '"' + xml.slice(at))
    yield encoded(xml.slice(0, at) + ' ' + xml.slice(at))
    yield encoded(xml.slice(0, at) + '&#65;' + xml.slice(at))
  }
}

function* movedPieces(xml: string): Generator<string> {
  const pieces = xml.split(/(?=<)/u)
  for (let from = 0; from < pieces.length; from += 1) {
    for (let to = from % 7; to < pieces.length; to += Math.min(stride, 13)) {
      const left = pieces.toSpliced(from, 1)
      yield encoded(left.toSpliced(to, 0, pieces[from] ?? '').join(''))
      yield encoded(pieces.toSpliced(to, 0, pieces[from] ?? '').join(''))
    }
  }
}

describe.each(['assertion', 'response', 'both'] as const)('a response with the %s signed', (what: Signed) => {
  const xml = signedXml({}, what)

  it.each([
    ['a bit flipped', () => flippedBits(xml, what.length)],
    ['a place changed', () => changedPlaces(xml)],
    ['a piece moved or copied', () => movedPieces(xml)],
  ] as const)(
    'says the same or nothing with %s',
    async (_what, changes) => {
      const original = await acceptedAs(encoded(xml))
      expect(original?.subject.id).toBe('ann')
      if (original !== undefined) expect(await otherwise(changes(), original)).toEqual([])
    },
    patienceMs,
  )
})

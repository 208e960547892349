import { fc } from '../support/properties.js'
import type { Session } from '@bothkeys/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { cString, int32, message } from '../../src/door/messages.js'
import { ScramAuthentication } from '../../src/door/scram-authentication.js'
import type { ScramVerifier } from '../../src/door/scram.js'
import { ScramExchange, scramVerifier } from '../../src/door/scram.js'
import { ScramClient } from './scram-client.js'

const admitted = { session: {} as Session, release: () => undefined }
const password = 'x7-Q_kZb0cD1eF2gH3iJ4kL5mN6oP7qR8sT9uV0wX1y'
let verifier: ScramVerifier

beforeAll(async () => {
  verifier = await scramVerifier(password)
})

describe('the SCRAM-SHA-256 exchange', () => {
  it('gives the messages of RFC 7677 section 3', async () => {
    const pencil = await scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'), 4096)
    const exchange = new ScramExchange(pencil, '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0')
    expect(text(exchange.first(Buffer.from('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')))).toBe(
      'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    )
    const final =
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ='
    expect(text(exchange.final(Buffer.from(final)))).toBe('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')
  })

  it.each(['n,,', 'y,,'])('accepts the password after the header %s and proves itself', (header) => {
    const client = new ScramClient(password, { header })
    const exchange = new ScramExchange(verifier)
    const serverFinal = exchange.final(client.final(exchange.first(client.first())!))
    expect(client.trusts(serverFinal!)).toBe(true)
  })

  it.each(['', 'root', 'grüße', 'a=2Cb'])('ignores the user name %j', (user) => {
    const client = new ScramClient(password, { user })
    const exchange = new ScramExchange(verifier)
    expect(exchange.final(client.final(exchange.first(client.first())!))).toBeDefined()
  })

  it('ignores extensions, as PostgreSQL does', () => {
    const client = new ScramClient(password)
    expect(new ScramExchange(verifier).first(Buffer.concat([client.first(), Buffer.from(',x=1,y=two')]))).toBeDefined()
  })

  it('refuses a wrong password', () => {
    const client = new ScramClient(`${password.slice(0, -1)}z`)
    const exchange = new ScramExchange(verifier)
    expect(exchange.final(client.final(exchange.first(client.first())!))).toBeUndefined()
  })

  it('refuses a proof that is made again for another login', () => {
    const client = new ScramClient(password, { nonce: 'same' })
    const first = new ScramExchange(verifier)
    const proof = client.final(first.first(client.first())!)
    expect(first.final(proof)).toBeDefined()
    const second = new ScramExchange(verifier)
    second.first(client.first())
    expect(second.final(proof)).toBeUndefined()
  })

  it('refuses a nonce that is not the one it gave out', () => {
    const client = new ScramClient(password)
    for (const tamper of [(nonce: string) => nonce.slice(0, -1), (nonce: string) => `${nonce}A`, () => client.nonce]) {
      const exchange = new ScramExchange(verifier)
      const serverFirst = exchange.first(client.first())!
      const nonce = tamper(/^r=([^,]*)/.exec(text(serverFirst)!)![1]!)
      expect(exchange.final(client.final(serverFirst, { nonce }))).toBeUndefined()
    }
  })

  it('refuses a channel binding header that is not the one from the first message: a downgrade', () => {
    for (const [sent, claimed] of [
      ['n,,', 'y,,'],
      ['y,,', 'n,,'],
      ['n,,', 'p=tls-exporter,,'],
    ] as const) {
      const client = new ScramClient(password, { header: sent })
      const exchange = new ScramExchange(verifier)
      const channelBinding = Buffer.from(claimed).toString('base64')
      expect(exchange.final(client.final(exchange.first(client.first())!, { channelBinding }))).toBeUndefined()
    }
  })

  it.each([
    ['channel binding, which is not offered', 'p=tls-server-end-point,,n=,r=abc'],
    ['another identity', 'n,a=root,n=,r=abc'],
    ['a mandatory extension', 'n,,m=1,n=,r=abc'],
    ['an empty nonce', 'n,,n=,r='],
    ['a nonce with a space', 'n,,n=,r=a b'],
    ['a nonce outside ASCII', 'n,,n=,r=grüße'],
    ['a NUL', 'n,,n=\0,r=abc'],
    ['no header', 'n=,r=abc'],
    ['an extension without value', 'n,,n=,r=abc,x'],
    ['nothing', ''],
    ['more than a real message can have', `n,,n=${'a'.repeat(3000)},r=abc`],
  ])('refuses a first message with %s', (_what, first) => {
    expect(new ScramExchange(verifier).first(Buffer.from(first))).toBeUndefined()
  })

  it('refuses every truncation of both messages', () => {
    const client = new ScramClient(password, { nonce: 'n'.repeat(8) })
    const first = client.first()
    for (let length = 0; length <= first.length - client.nonce.length; length++) {
      expect(new ScramExchange(verifier).first(first.subarray(0, length))).toBeUndefined()
    }
    const final = client.final(new ScramExchange(verifier, 'server').first(first)!)
    for (let length = 0; length < final.length; length++) {
      const exchange = new ScramExchange(verifier, 'server')
      exchange.first(first)
      expect(exchange.final(final.subarray(0, length))).toBeUndefined()
    }
  })

  it('takes each message once and in order', () => {
    const client = new ScramClient(password)
    const exchange = new ScramExchange(verifier)
    const serverFirst = exchange.first(client.first())!
    expect(exchange.first(client.first())).toBeUndefined()
    expect(exchange.final(client.final(serverFirst))).toBeUndefined()
    expect(new ScramExchange(verifier).final(client.final(serverFirst))).toBeUndefined()
  })
})

describe('the verifier', () => {
  it('is salted anew each time and holds no password', async () => {
    const other = await scramVerifier(password)
    expect(other.salt.equals(verifier.salt)).toBe(false)
    expect(other.storedKey.equals(verifier.storedKey)).toBe(false)
    expect(JSON.stringify(Object.values(other).map(String))).not.toContain(password)
    expect(other.iterations).toBeGreaterThanOrEqual(4096)
  })

  it('refuses what SASLprep would change, and few iterations', async () => {
    await expect(scramVerifier('paß')).rejects.toThrow(RangeError)
    await expect(scramVerifier('')).rejects.toThrow(RangeError)
    await expect(scramVerifier('pencil', Buffer.alloc(16), 4095)).rejects.toThrow(RangeError)
  })
})

describe('the SASL messages', () => {
  it('offer SCRAM-SHA-256 alone', () => {
    const begin = new ScramAuthentication(verifier, admitted).begin()
    expect(begin.toString('latin1')).toBe('R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0')
  })

  it('carry an exchange to its end', () => {
    const client = new ScramClient(password)
    const authentication = new ScramAuthentication(verifier, admitted)
    const serverFirst = authentication.step(initial(client.first()))
    if (serverFirst.kind !== 'continue') throw new Error(serverFirst.kind)
    expect(serverFirst.reply.readInt32BE(5)).toBe(11)
    const serverFinal = authentication.step(frame(client.final(serverFirst.reply.subarray(9))))
    if (serverFinal.kind !== 'accepted') throw new Error(serverFinal.kind)
    expect(serverFinal.reply.readInt32BE(5)).toBe(12)
    expect(serverFinal.admitted).toBe(admitted)
    expect(client.trusts(serverFinal.reply.subarray(9))).toBe(true)
  })

  it('answer everything that is wrong in the same words', () => {
    const client = new ScramClient('wrong')
    const login = new ScramAuthentication(verifier, admitted)
    const serverFirst = login.step(initial(client.first()))
    if (serverFirst.kind !== 'continue') throw new Error(serverFirst.kind)
    const wrongPassword = login.step(frame(client.final(serverFirst.reply.subarray(9))))
    expect(wrongPassword).toMatchObject({ kind: 'refused', refusal: { sqlState: '28P01' } })
    for (const bad of [
      initial(client.first(), 'SCRAM-SHA-256-PLUS'),
      initial(client.first(), 'scram-sha-256'),
      initial(Buffer.from('p=tls-unique,,n=,r=abc')),
      frame(Buffer.concat([cString('SCRAM-SHA-256'), int32(-1)])),
      frame(Buffer.concat([cString('SCRAM-SHA-256'), int32(0x7fffffff), client.first()])),
      frame(Buffer.concat([cString('SCRAM-SHA-256'), int32(3), client.first()])),
      frame(Buffer.from('SCRAM-SHA-256')),
      frame(Buffer.alloc(0)),
      frame(Buffer.alloc(9000, 'A')),
      { ...initial(client.first()), type: 'd'.charCodeAt(0) },
      frame(Buffer.concat([initial(client.first()).bytes.subarray(5), Buffer.from('A')])),
      { type: 'Q'.charCodeAt(0), bytes: message('Q', cString('select 1')) },
    ]) {
      expect(new ScramAuthentication(verifier, admitted).step(bad)).toEqual(wrongPassword)
    }
  })

  it('never throw and never accept, whatever the bytes', () => {
    const client = new ScramClient(password)
    const good = initial(client.first()).bytes.subarray(5)
    let steps = 0
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((string) => initial(Buffer.from(string)).bytes.subarray(5)),
      fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
        const changed = Buffer.from(good)
        changed[at] = value
        return changed
      }),
    )
    fc.assert(
      fc.property(fc.array(bytes, { minLength: 1, maxLength: 3 }), fc.nat(255), (bodies, type) => {
        const authentication = new ScramAuthentication(verifier, admitted)
        for (const body of bodies) {
          steps++
          const kind = authentication.step({ ...frame(body), type: type % 4 === 0 ? type : 0x70 }).kind
          expect(['continue', 'refused']).toContain(kind)
        }
      }),
      { numRuns: 5000 },
    )
    expect(steps).toBeGreaterThanOrEqual(5000)
  })

  it('never accept a changed proof', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const client = new ScramClient(password, { nonce: 'fixed' })
        const exchange = new ScramExchange(verifier, 'server')
        const final = client.final(exchange.first(client.first())!)
        const index = at % final.length
        final[index] = final[index]! ^ change
        // The last character before the padding has two bits that base64 does not use.
        if (index === final.length - 2) return
        expect(exchange.final(final)).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })
})

function text(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString('latin1')
}

function frame(body: Buffer) {
  return { type: 0x70, bytes: message('p', body) }
}

function initial(data: Buffer, mechanism = 'SCRAM-SHA-256') {
  return frame(Buffer.concat([cString(mechanism), int32(data.length), data]))
}

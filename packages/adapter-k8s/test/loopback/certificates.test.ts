import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:tls'
import { describe, expect, it, vi } from 'vitest'
import { certificate, serverIdentity } from '../../src/loopback/certificates.js'
import { atPlace, bits, identifier, integer, moment, octets, sequence } from '../../src/loopback/der.js'

// The key of an authority is forgotten at once. Here it is seen.
vi.mock('node:crypto', { spy: true })

const now = new Date('2026-06-01T12:00:00.000Z')

describe('the certificate of a loopback door', () => {
  const { authority, certificate: own, key } = serverIdentity(now)
  const [root, leaf] = [new X509Certificate(authority), new X509Certificate(own)]

  it('is issued by the authority, which issues no other authority', () => {
    expect(leaf.checkIssued(root)).toBe(true)
    expect(leaf.verify(root.publicKey)).toBe(true)
    expect([root.ca, leaf.ca]).toEqual([true, false])
  })

  it('is for servers on 127.0.0.1 and for nothing else', () => {
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1')
    expect(leaf.checkIP('127.0.0.2')).toBeUndefined()
    expect(leaf.checkHost('localhost')).toBeUndefined()
    expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  it('is good a little before it was made, and for a year', () => {
    expect([leaf.validFrom, leaf.validTo]).toEqual(['May 31 12:00:00 2026 GMT', 'Jun  2 12:00:00 2027 GMT'])
  })

  it('has a key of its own, as the authority does, whenever one is made', () => {
    const other = serverIdentity(now)
    expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/)
    const keys = [authority, own, other.authority, other.certificate].map((pem) =>
      new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }),
    )
    expect(new Set(keys).size).toBe(4)
    expect(leaf.verify(new X509Certificate(other.authority).publicKey)).toBe(false)
  })
})

describe('the authority of a loopback door', () => {
  /** How a client that trusts the authority finds a server that it vouches for under another name. */
  async function metAs(name: Buffer, servername: string): Promise<string | undefined> {
    vi.mocked(generateKeyPairSync).mockClear()
    const { authority } = serverIdentity(new Date())
    const signer = vi.mocked(generateKeyPairSync).mock.results[0]?.value as { readonly privateKey: KeyObject }
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const cert = certificate({
      subject: 'another server',
      key: publicKey,
      issuer: 'bothkeys loopback authority',
      signer: signer.privateKey,
      now: new Date(),
      extensions: [sequence(identifier('2.5.29.17'), octets(sequence(name)))],
    })
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' })
    const server = createServer({ cert, key }, (socket) => socket.on('error', () => undefined))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = connect({ host: '127.0.0.1', port, ca: authority, servername })
    try {
      await once(client, 'secureConnect')
      return undefined
    } catch (error) {
      return String(error)
    } finally {
      client.destroy()
      server.close()
    }
  }
  const dns = (name: string): Buffer => atPlace(2, Buffer.from(name))
  const ip = (...address: readonly number[]): Buffer => atPlace(7, Uint8Array.from(address))

  it('vouches for this machine alone', async () => {
    expect(await metAs(dns('localhost'), 'localhost')).toBeUndefined()
    expect(await metAs(ip(127, 0, 0, 1), '')).toBeUndefined()
  })

  it.each([
    ['a name elsewhere', dns('example.com'), 'example.com'],
    ['a name that ends alike', dns('notlocalhost'), 'notlocalhost'],
    ['another address', ip(127, 0, 0, 2), ''],
    ['an address elsewhere', ip(93, 184, 216, 34), ''],
  ])('does not vouch for %s, whoever has its key', async (_, name, servername) => {
    expect(await metAs(name, servername)).toContain('permitted subtree violation')
  })
})

describe('a value in DER', () => {
  it.each([
    ['0', [0x00, 0x00], '020100'],
    ['127', [0x7f], '02017f'],
    ['128, which would be negative', [0x80], '02020080'],
    ['256 with zeros before it', [0x00, 0x00, 0x01, 0x00], '02020100'],
  ])('is the number %s', (_name, bytes, hex) => {
    expect(integer(Uint8Array.from(bytes)).toString('hex')).toBe(hex)
  })

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [65_536, '0483010000'],
  ])('says that it has %i bytes', (length, head) => {
    expect(octets(Buffer.alloc(length)).toString('hex').slice(0, head.length)).toBe(head)
  })

  it('is an identifier, bits, or nothing', () => {
    expect(identifier('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
    expect(bits(Uint8Array.of(0x80), 7).toString('hex')).toBe('03020780')
    expect(sequence().toString('hex')).toBe('3000')
  })

  it('is a moment, with two digits of the year before 2050', () => {
    expect(moment(new Date('2049-12-31T23:59:59.999Z')).subarray(2).toString()).toBe('491231235959Z')
    expect(moment(new Date('2050-01-01T00:00:00Z')).subarray(2).toString()).toBe('20500101000000Z')
  })
})

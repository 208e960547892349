import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { KeyAlgorithm } from '../../src/files/private-key.js'
import { readPrivateKey } from '../../src/files/private-key.js'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bk-key-')))
const file = join(folder, 'key')
const places = { resolve: (path: string) => resolve(folder, path), credentials: folder }

afterAll(() => rmSync(folder, { recursive: true }))

const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ed25519 = generateKeyPairSync('ed25519')
const pem = { type: 'pkcs8', format: 'pem' } as const

function read(content: string | Buffer, algorithm: KeyAlgorithm, mode = 0o600): ReturnType<typeof readPrivateKey> {
  writeFileSync(file, content)
  chmodSync(file, mode)
  return readPrivateKey({ file: 'key' }, algorithm, 'the key', places)
}

describe('a private key in a file', () => {
  it.each<[string, KeyAlgorithm, string | Buffer]>([
    ['PEM of P-256', 'ES256', p256.privateKey.export(pem)],
    ['SEC 1 of P-256', 'ES256', p256.privateKey.export({ type: 'sec1', format: 'pem' })],
    ['a JWK of P-256', 'ES256', JSON.stringify(p256.privateKey.export({ format: 'jwk' }))],
    ['PEM of Ed25519', 'Ed25519', ed25519.privateKey.export(pem)],
    ['a JWK of Ed25519', 'EdDSA', `\n${JSON.stringify(ed25519.privateKey.export({ format: 'jwk' }))}\n`],
  ])('is %s', (_what, algorithm, content) => {
    const { privateKey } = algorithm === 'ES256' ? p256 : ed25519
    expect(read(content, algorithm).equals(privateKey)).toBe(true)
    expect(readPrivateKey({ credential: 'key' }, algorithm, 'the key', places).equals(privateKey)).toBe(true)
  })

  it.each<[string, KeyAlgorithm, string | Buffer]>([
    ['a public key', 'ES256', p256.publicKey.export({ type: 'spki', format: 'pem' })],
    ['a public JWK', 'ES256', JSON.stringify(p256.publicKey.export({ format: 'jwk' }))],
    ['one of another kind', 'ES256', ed25519.privateKey.export(pem)],
    ['one of another curve', 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pem)],
    ['one of P-256', 'Ed25519', p256.privateKey.export(pem)],
    ['one with a passphrase', 'ES256', p256.privateKey.export({ ...pem, cipher: 'aes-256-cbc', passphrase: 'x' })],
    ['text', 'ES256', 'hunter2'],
    ['half a JWK', 'ES256', '{"hunter2'],
    ['nothing', 'ES256', ''],
  ])('is refused when it is %s, and nothing of it is told', (_what, algorithm, content) => {
    const message = `the key ${file} is no private key for ${algorithm}`
    expect(() => read(content, algorithm)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message }))
    expect(() => read(content, algorithm)).toThrow(expect.not.objectContaining({ cause: expect.anything() }))
  })

  it('is refused when others can read it', () => {
    expect(() => read(p256.privateKey.export(pem), 'ES256', 0o640)).toThrow(/the key .* can be read by others/)
  })
})

import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSignerKey, fileSigner, signatureIsGood } from '../src/file-signer.js'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signer-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const path = (): string => join(folder, 'key')

describe('a key in a file', () => {
  it.each(['ES256', 'EdDSA'] as const)('is made for its user alone and signs with %s', async (algorithm) => {
    const jwk = await createSignerKey(path(), { algorithm })
    expect((await stat(path())).mode & 0o777).toBe(0o600)
    expect(Object.keys(jwk)).not.toContain('d')
    const signer = await fileSigner(path())
    expect(signer).toMatchObject({ algorithm, publicJwk: jwk, keyId: jwk['kid'] })
    const signature = await signer.sign(Buffer.from('a.b'), AbortSignal.timeout(60_000))
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    const digest = algorithm === 'ES256' ? 'sha256' : null
    expect(verify(digest, Buffer.from('a.b'), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
    expect(signatureIsGood(signer, `a.b.${Buffer.from(signature).toString('base64url')}`)).toBe(true)
    expect(signatureIsGood(signer, `a.c.${Buffer.from(signature).toString('base64url')}`)).toBe(false)
  })

  it('is never written over', async () => {
    await createSignerKey(path())
    const before = await readFile(path(), 'utf8')
    await expect(createSignerKey(path())).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(await readFile(path(), 'utf8')).toBe(before)
  })

  it('may be PKCS#8', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    await writeFile(path(), privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 })
    expect((await fileSigner(path())).algorithm).toBe('EdDSA')
  })

  it.each([0o640, 0o604, 0o620])('is refused with mode %o', async (mode) => {
    await createSignerKey(path())
    await chmod(path(), mode)
    await expect(fileSigner(path())).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it.each([
    ['RSA', () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export({ format: 'jwk' })],
    ['a public key', () => generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
    ['no key', () => ({ secret: 'h1dden' })],
  ])('is refused when it is %s, without a word of it', async (_what, make) => {
    const jwk = make()
    await writeFile(path(), JSON.stringify(jwk), { mode: 0o600 })
    const error = await fileSigner(path()).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    for (const value of Object.values(jwk)) {
      if (typeof value === 'string' && value.length > 7) expect(String(error)).not.toContain(value)
    }
    expect(error).not.toHaveProperty('cause')
  })

  it.each(['', '.'])('is refused when %j is no file', async (name) => {
    await expect(fileSigner(join(folder, name))).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

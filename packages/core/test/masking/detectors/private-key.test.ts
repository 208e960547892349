import { describe, expect, it } from 'vitest'
import { privateKey } from '../../../src/masking/detectors/private-key.js'
import { foundBy } from './found-by.js'

const found = foundBy(privateKey)
const body = `${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC+/BKc'.repeat(3)}=\n`.repeat(4)
const block = (label: string, content = body): string => `-----BEGIN ${label}-----\n${content}-----END ${label}-----`

describe('private keys', () => {
  it.each([
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'EC PRIVATE KEY',
    'DSA PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('are found whole: %s', (label) => {
    expect(found(`key:\n${block(label)}\nend`)).toEqual([block(label)])
    const inJson = JSON.stringify(block(label)).slice(1, -1)
    expect(found(`{"key":"${inJson}"}`)).toEqual([inJson])
  })

  it('are found with headers', () => {
    const pem = block('RSA PRIVATE KEY', `Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123\n\n${body}`)
    expect(found(pem)).toEqual([pem])
  })

  it('are found one after the other', () => {
    const [one, other] = [block('PRIVATE KEY'), block('EC PRIVATE KEY')]
    expect(found(`${one}\n${other}`)).toEqual([one, other])
  })

  it('whose end is missing are found as far as they go', () => {
    const start = `-----BEGIN PRIVATE KEY-----\n${body.trimEnd()}`
    expect(found(`${start}\n"; rest`)).toEqual([start])
    expect(found(`${start}\n${block('EC PRIVATE KEY')}`)).toEqual([start, block('EC PRIVATE KEY')])
    expect(found('-----BEGIN PRIVATE KEY-----')).toEqual(['-----BEGIN PRIVATE KEY-----'])
  })

  it('are found as SSH2 writes them, with four dashes', () => {
    const key = `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${body}---- END SSH2 ENCRYPTED PRIVATE KEY ----`
    expect(found(`x ${key} y`)).toEqual([key])
    const unended = key.slice(0, 200).trimEnd()
    expect(found(`${unended}\n${key}`)).toEqual([unended, key])
  })

  it.each(['\n', '\r\n', '\\n'])('are found in the files of PuTTY, whose lines end in %j', (end) => {
    const lines = body.trimEnd().split('\n')
    const head = [
      'PuTTY-User-Key-File-3: ssh-rsa',
      'Public-Lines: 1',
      'AAAAB3Nza',
      `Private-Lines: ${String(lines.length)}`,
    ]
    const tail = ['Private-MAC: 4dd7f01bc2e8', 'and so on']
    expect(found([...head, ...lines, ...tail].join(end))).toEqual([end + lines.join(end)])
  })

  it('are no public keys and certificates', () => {
    for (const label of ['PUBLIC KEY', 'CERTIFICATE', 'SSH2 PUBLIC KEY']) expect(found(block(label))).toEqual([])
  })
})

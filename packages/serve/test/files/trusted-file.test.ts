import {
  chmodSync,
  chownSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readBoundedText } from '../../src/files/bounded-text.js'
import { readSecret } from '../../src/files/secret.js'
import { ownUser, trustedFile, trustedFolder } from '../../src/files/trusted-file.js'

let folder: string

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bothkeys-files-')))
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function file(name: string, mode: number, content = 's3cret'): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  chmodSync(path, mode)
  return path
}

/** `link` leads to `open/link`, and that one to the key. */
function twoLinks(open: string): void {
  symlinkSync('../key', join(open, 'link'))
  symlinkSync('open/link', join(folder, 'link'))
}

const places = (credentials?: string): Parameters<typeof readSecret>[2] => ({
  resolve: (path) => join(folder, path),
  credentials,
})

const refusal = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) })

describe('a file with a secret', () => {
  it.each([0o600, 0o400])('of mode %o is taken', (mode) => {
    const path = file('key', mode)
    expect(trustedFile(path, 'secret', 'the key')).toBe(path)
  })

  it.each([0o640, 0o604, 0o660, 0o606, 0o610, 0o601])('of mode %o is refused', (mode) => {
    expect(() => trustedFile(file('key', mode), 'secret', 'the key')).toThrow(refusal(/can be read by others/))
  })

  it('of another user is refused, and one of root is not', () => {
    const path = file('key', 0o600)
    const isRoot = ownUser().uid === 0
    if (isRoot) chownSync(path, 4711, 4711)
    const owner = { uid: isRoot ? 0 : ownUser().uid + 1 }
    expect(() => trustedFile(path, 'secret', 'the key', owner)).toThrow(refusal(/belongs to another user/))
    expect(trustedFile('/etc/passwd', 'told', 'the file', { uid: 4712 })).toBe('/etc/passwd')
  })

  it('in a folder that others can write to is refused', () => {
    mkdirSync(join(folder, 'open'))
    chmodSync(join(folder, 'open'), 0o777)
    const path = file('open/key', 0o600)
    expect(() => trustedFile(path, 'secret', 'the key')).toThrow(refusal(/can be written by others/))
    chmodSync(join(folder, 'open'), 0o1777)
    expect(trustedFile(path, 'secret', 'the key')).toBe(path)
  })

  it('behind a link in a folder that others can write to is refused', () => {
    mkdirSync(join(folder, 'open'))
    symlinkSync(file('key', 0o600), join(folder, 'open', 'link'))
    expect(trustedFile(join(folder, 'open', 'link'), 'secret', 'the key')).toBe(join(folder, 'key'))
    chmodSync(join(folder, 'open'), 0o777)
    expect(() => trustedFile(join(folder, 'open', 'link'), 'secret', 'the key')).toThrow(refusal(/written by others/))
  })

  it.each([
    ['a folder is a link', (open: string) => symlinkSync(folder, join(open, 'way')), 'open/way/key'],
    ['a link leads to another link', (open: string) => twoLinks(open), 'link'],
    ['a link leads back up', () => symlinkSync('open/in/../..', join(folder, 'way')), 'way/key'],
  ])('that is reached through a folder that others can write to is refused, where %s', (_how, lay, path) => {
    file('key', 0o600)
    const open = join(folder, 'open')
    mkdirSync(join(open, 'in'), { recursive: true })
    lay(open)
    expect(trustedFile(join(folder, path), 'secret', 'the key')).toBe(join(folder, 'key'))
    chmodSync(open, 0o777)
    expect(() => trustedFile(join(folder, path), 'secret', 'the key')).toThrow(refusal(/open, .*written by others/))
  })

  it('behind a link of somebody else is refused, also where everybody has his own', () => {
    const link = join(tmpdir(), `${basename(folder)}-link`)
    symlinkSync('/etc/passwd', link)
    try {
      if (ownUser().uid === 0) lchownSync(link, 4711, 4711)
      expect(() => trustedFile(link, 'told', 'the file', { uid: 4712 })).toThrow(refusal(/link, .*another user/))
      expect(trustedFile(link, 'told', 'the file', { uid: lstatSync(link).uid })).toBe('/etc/passwd')
    } finally {
      rmSync(link)
    }
  })

  it('that is a link to itself, or behind too many links, is refused', () => {
    symlinkSync('link', join(folder, 'link'))
    // The kernel follows no more than 40 either.
    file('link-0', 0o600)
    for (let at = 1; at <= 41; at++) symlinkSync(`link-${String(at - 1)}`, join(folder, `link-${String(at)}`))
    expect(trustedFile(join(folder, 'link-40'), 'secret', 'the key')).toBe(join(folder, 'link-0'))
    expect(() => trustedFile(join(folder, 'link-41'), 'secret', 'the key')).toThrow(refusal(/cannot be looked at/))
    expect(() => trustedFile(join(folder, 'link'), 'secret', 'the key')).toThrow(refusal(/cannot be looked at/))
  })

  it('that is none is refused', () => {
    expect(() => trustedFile(folder, 'secret', 'the key')).toThrow(refusal(/no regular file/))
    expect(() => trustedFile(join(folder, 'none'), 'secret', 'the key')).toThrow(refusal(/cannot be looked at/))
  })
})

describe('a file that anybody may read', () => {
  it('is taken, and refused when others may write it', () => {
    expect(trustedFile(file('policy', 0o644), 'told', 'the policy')).toBe(join(folder, 'policy'))
    expect(() => trustedFile(file('open', 0o664), 'told', 'the policy')).toThrow(refusal(/can be written by others/))
    expect(() => trustedFile(file('open', 0o646), 'told', 'the policy')).toThrow(refusal(/can be written by others/))
  })
})

describe('a folder for sockets', () => {
  it('is refused when others can put a socket into it, also when it is sticky', () => {
    expect(trustedFolder(folder, 'the folder')).toBe(folder)
    chmodSync(folder, 0o1777)
    expect(() => trustedFolder(folder, 'the folder')).toThrow(refusal(/can be written by others/))
    chmodSync(folder, 0o770)
    expect(() => trustedFolder(folder, 'the folder')).toThrow(refusal(/can be written by others/))
  })

  it('is a folder', () => {
    expect(() => trustedFolder(file('file', 0o600), 'the folder')).toThrow(refusal(/no folder/))
  })
})

describe('a secret', () => {
  it('is what stands in its file, without the line end of an editor', () => {
    file('key', 0o600, 'a b c\n')
    expect(readSecret({ file: 'key' }, 'the key', places())).toBe('a b c')
  })

  it.each(['', '\n', 'a\nb\n', 'a\0b'])('that is %j is refused without being repeated', (content) => {
    file('key', 0o600, content)
    expect(() => readSecret({ file: 'key' }, 'the key', places())).toThrow(refusal(/empty or has several lines/))
  })

  it('that others can read is refused', () => {
    file('key', 0o644)
    expect(() => readSecret({ file: 'key' }, 'the key', places())).toThrow(refusal(/can be read by others/))
  })

  it('comes from systemd, which shows the bits of a group for its access list', () => {
    file('orders', 0o440)
    expect(readSecret({ credential: 'orders' }, 'the key', places(folder))).toBe('s3cret')
    chmodSync(join(folder, 'orders'), 0o444)
    expect(() => readSecret({ credential: 'orders' }, 'the key', places(folder))).toThrow(refusal(/read by others/))
    expect(() => readSecret({ credential: 'orders' }, 'the key', places())).toThrow(
      refusal(/no \$CREDENTIALS_DIRECTORY/),
    )
  })
})

describe('a file that is read', () => {
  it('is text of at most 1 MiB', () => {
    const large = file('large', 0o600, 'x'.repeat(1024 * 1024))
    expect(readBoundedText(large, 'it')).toHaveLength(1024 * 1024)
    expect(() => readBoundedText(file('larger', 0o600, 'x'.repeat(1024 * 1024 + 1)), 'it')).toThrow(refusal(/larger/))
    writeFileSync(join(folder, 'bytes'), Buffer.from([0xff, 0xfe]))
    expect(() => readBoundedText(join(folder, 'bytes'), 'it')).toThrow(refusal(/UTF-8/))
  })
})

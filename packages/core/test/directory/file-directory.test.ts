import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileDirectory } from '../../src/file-directory.js'
import type { Directory } from '../../src/identity/directory.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'

let folder: string
const signal = new AbortController().signal
const path = (name = 'people.yaml'): string => join(folder, name)
const clock = fixedClock(Date.parse('2026-05-04T09:00:00Z'))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bothkeys-people-'))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const people = (roles: string): string =>
  `version: 1\nissuer: https://idp.example\npeople:\n  ann: { accounts: [ann], roles: [${roles}] }\n`

async function opened(options?: Parameters<typeof fileDirectory>[1]): Promise<{
  readonly directory: Directory
  readonly failures: unknown[]
}> {
  const failures: unknown[] = []
  const directory = fileDirectory(path(), options)
  await directory.open?.({ clock, signal, onFailure: (cause) => failures.push(cause) })
  return { directory, failures }
}

async function rolesOf(directory: Directory, fresh = false): Promise<unknown> {
  const record = await directory.resolve({ issuer: 'https://idp.example', id: 'ann' }, { signal, fresh })
  return record?.roles
}

describe('a directory in a file', () => {
  it('answers from the file, and undefined for whom it does not know', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened()
    expect(await rolesOf(directory)).toEqual(['dba'])
    const other = { issuer: 'https://other.example', id: 'ann' }
    expect(await directory.resolve(other, { signal, fresh: false })).toBeUndefined()
  })

  it('answers a change from the next look on: 250 ms later, and at once when it has to be fresh', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened()
    writeFileSync(path(), people('reader'))
    expect(await rolesOf(directory)).toEqual(['dba'])
    clock.advance(250)
    expect(await rolesOf(directory)).toEqual(['reader'])
    writeFileSync(path(), people(''))
    expect(await rolesOf(directory, true)).toEqual([])
  })

  it('that is replaced by rename is answered from', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened()
    await writeFile(path('next'), people('reader'))
    await rename(path('next'), path())
    expect(await rolesOf(directory, true)).toEqual(['reader'])
  })

  it('serves its last good content for the bound when it breaks, says so once, and then denies', async () => {
    await writeFile(path(), people('dba'))
    const { directory, failures } = await opened({ maxStaleMs: 2_000 })
    writeFileSync(path(), people('reader').replace('roles', 'rolls'))
    expect(await rolesOf(directory, true)).toEqual(['dba'])
    clock.advance(1_999)
    expect(await rolesOf(directory)).toEqual(['dba'])
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatchObject({ code: 'ERR_DIRECTORY_INVALID' })
    clock.advance(2)
    await expect(rolesOf(directory)).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
      cause: failures[0],
    })
    writeFileSync(path(), people('reader'))
    expect(await rolesOf(directory, true)).toEqual(['reader'])
    expect(failures).toHaveLength(1)
  })

  it('denies at once when it broke while nobody looked for longer than the bound', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened({ maxStaleMs: 2_000 })
    writeFileSync(path(), 'version: [')
    clock.advance(60_000)
    await expect(rolesOf(directory)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
  })

  it('tells each way of being broken', async () => {
    await writeFile(path(), people('dba'))
    const { directory, failures } = await opened()
    for (const content of ['version: 2', 'version: 2', '[]']) {
      writeFileSync(path(), content)
      await rolesOf(directory, true)
    }
    await unlink(path())
    await rolesOf(directory, true)
    expect(failures.map((cause) => (cause as Error).message.split('\n').at(-1))).toEqual([
      expect.stringContaining('write version: 1'),
      expect.stringContaining('a group of keys is expected'),
      expect.stringContaining('cannot be read'),
    ])
  })

  it('serves nothing from before the machine slept', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened({ maxStaleMs: 2_000 })
    expect(await rolesOf(directory)).toEqual(['dba'])
    await writeFile(path(), people('reader'))
    clock.setWall(clock.wallMs() + 3_600_000)
    expect(await rolesOf(directory)).toEqual(['reader'])
    await writeFile(path(), people('reader').replace('roles', 'rolls'))
    clock.setWall(clock.wallMs() + 3_600_000)
    await expect(rolesOf(directory)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
  })

  it('is looked at once however many ask at the same time', async () => {
    await writeFile(path(), people('dba'))
    let asked = 0
    const counting = { wallMs: () => clock.wallMs(), monotonicMs: () => (asked++, clock.monotonicMs()) }
    const directory = fileDirectory(path())
    await directory.open?.({ clock: counting, signal, onFailure: () => undefined })
    asked = 0
    await Promise.all(Array.from({ length: 50 }, () => rolesOf(directory, true)))
    // Each asks for the time when it answers; only a look asks at its start.
    expect(asked).toBeLessThan(60)
  })

  it('is not believed while it is being written', async () => {
    await writeFile(path(), people('dba'))
    const { directory } = await opened()
    // Half of the file is a directory without Ann, and would be one with fewer restrictions as easily.
    const whole = people('reader')
    let part = 0
    const writePart = (): void => {
      writeFileSync(path(), `${whole.slice(0, whole.indexOf('people'))}# ${String(++part)}\n`)
    }
    writePart()
    const writing = setInterval(writePart, 5)
    try {
      expect(await rolesOf(directory, true)).toEqual(['dba'])
    } finally {
      clearInterval(writing)
    }
    writeFileSync(path(), whole)
    expect(await rolesOf(directory, true)).toEqual(['reader'])
  })

  it.each<readonly [string, () => Promise<unknown>, string]>([
    ['is missing', () => Promise.resolve(), 'cannot be read'],
    ['is a folder', () => mkdir(path()), 'is not a regular file'],
    ['is too large', () => writeFile(path(), '#'.repeat(1024 * 1024 + 1)), 'is larger than 1 MiB'],
    ['is not UTF-8', () => writeFile(path(), Buffer.from([0xff, 0xfe])), 'is not UTF-8 text'],
    ['is broken', () => writeFile(path(), 'version: 2'), 'write version: 1'],
  ])('does not open when it %s', async (_what, prepare, says) => {
    await prepare()
    await expect(opened()).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_INVALID',
      message: expect.stringContaining(says) as string,
    })
  })

  it.each([-1, 0.5, Number.NaN, 300_001])('takes no bound of %s', (maxStaleMs) => {
    expect(() => fileDirectory('people.yaml', { maxStaleMs })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error,
    )
  })
})

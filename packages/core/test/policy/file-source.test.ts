import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BothKeysError } from '../../src/errors.js'
import { fileSource } from '../../src/file-source.js'
import type { PolicySource } from '../../src/policy/source.js'

let folder: string
let stop: AbortController

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bothkeys-policy-'))
  stop = new AbortController()
})

afterEach(async () => {
  stop.abort()
  await rm(folder, { recursive: true, force: true })
})

const path = (name = 'bothkeys.yaml'): string => join(folder, name)

/** Loads the file, watches it, and counts what is reported. */
async function watched(file = path()): Promise<{ readonly source: PolicySource; readonly reports: () => number }> {
  const source = fileSource(file)
  const changed = vi.fn<() => void>()
  await source.load(stop.signal)
  source.watch?.(changed, stop.signal)
  await quiet()
  expect(changed).not.toHaveBeenCalled()
  return { source, reports: () => changed.mock.calls.length }
}

const quiet = (ms = 350): Promise<void> => new Promise((done) => setTimeout(done, ms))

async function expectReport(reports: () => number, count = 1): Promise<void> {
  await vi.waitFor(
    () => {
      expect(reports()).toBe(count)
    },
    // A second is the promise; a busy machine gets more.
    { timeout: 60_000, interval: 10 },
  )
}

async function contentOf(source: PolicySource): Promise<unknown> {
  return (await source.load(stop.signal)).content
}

describe('a policy file', () => {
  it('is loaded under the name that it was given by', async () => {
    await writeFile(path(), 'version: 1\n')
    expect(await fileSource(path()).load(stop.signal)).toEqual({ name: path(), content: 'version: 1\n' })
  })

  it('that is written in place is reported once', async () => {
    await writeFile(path(), 'a')
    const { source, reports } = await watched()
    writeFileSync(path(), 'b')
    await expectReport(reports)
    await quiet()
    expect(reports()).toBe(1)
    expect(await contentOf(source)).toBe('b')
  })

  it('that is replaced by rename is reported, again and again', async () => {
    await writeFile(path(), 'a')
    const { source, reports } = await watched()
    for (const [index, content] of ['b', 'c', 'd'].entries()) {
      await writeFile(path('new'), content)
      await rename(path('new'), path())
      await expectReport(reports, index + 1)
      expect(await contentOf(source)).toBe(content)
    }
  })

  it('behind symbolic links that are swapped is reported, as Kubernetes mounts them', async () => {
    await mkdir(path('v1'))
    await mkdir(path('v2'))
    await writeFile(join(path('v1'), 'bothkeys.yaml'), 'a')
    await writeFile(join(path('v2'), 'bothkeys.yaml'), 'b')
    await symlink('v1', path('..data'))
    await symlink(join('..data', 'bothkeys.yaml'), path())
    const { source, reports } = await watched()
    await symlink('v2', path('..next'))
    await rename(path('..next'), path('..data'))
    await expectReport(reports)
    expect(await contentOf(source)).toBe('b')
  })

  it('that only gets a new date is not reported', async () => {
    await writeFile(path(), 'a')
    const { reports } = await watched()
    writeFileSync(path(), 'a')
    await quiet(700)
    expect(reports()).toBe(0)
  })

  it('that disappears is reported, and when it is back also', async () => {
    await writeFile(path(), 'a')
    const { source, reports } = await watched()
    await unlink(path())
    await expectReport(reports)
    await expect(source.load(stop.signal)).rejects.toThrow('cannot be read')
    await quiet()
    writeFileSync(path(), 'a')
    await expectReport(reports, 2)
  })

  it('that is being written is reported when it rests, not part by part', async () => {
    await writeFile(path(), 'a')
    const { source, reports } = await watched()
    for (let part = 0; part < 60; part++) {
      writeFileSync(path(), 'x'.repeat(part))
      await quiet(5)
    }
    await vi.waitFor(async () => {
      expect(reports()).toBeGreaterThan(0)
      expect(await contentOf(source)).toHaveLength(59)
    })
    await quiet()
    // One, and one more for each time that the machine stood still between two parts.
    expect(reports()).toBeLessThan(30)
  })

  it('is no longer watched after the signal', async () => {
    await writeFile(path(), 'a')
    const { reports } = await watched()
    stop.abort()
    await writeFile(path(), 'b')
    await quiet(700)
    expect(reports()).toBe(0)
    fileSource(path()).watch?.(() => expect.unreachable(), stop.signal)
  })

  it('is reported again when whoever is told throws', async () => {
    await writeFile(path(), 'a')
    const source = fileSource(path())
    await source.load(stop.signal)
    let calls = 0
    source.watch?.(() => {
      calls++
      if (calls === 1) throw new Error('not now')
    }, stop.signal)
    await writeFile(path(), 'b')
    await vi.waitFor(() => {
      expect(calls).toBe(2)
    })
  })

  it.each<readonly [string, () => Promise<void> | void, string]>([
    ['is missing', () => undefined, 'cannot be read'],
    ['is a folder', () => mkdir(path()).then(() => undefined), 'is not a regular file'],
    [
      'is a named pipe, without waiting for a writer',
      () => void execFileSync('mkfifo', [path()]),
      'is not a regular file',
    ],
    ['is larger than 1 MiB', () => writeFile(path(), 'x'.repeat(1024 * 1024 + 1)), 'is larger than 1 MiB'],
    ['is not UTF-8', () => writeFile(path(), Buffer.from([0x61, 0xff, 0xfe])), 'is not UTF-8 text'],
  ])('is refused when it %s', async (_what, prepare, says) => {
    await prepare()
    const error: unknown = await fileSource(path())
      .load(stop.signal)
      .catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(BothKeysError)
    expect(error).toMatchObject({ code: 'ERR_POLICY_INVALID', message: expect.stringContaining(says) as string })
    expect((error as Error).message).toContain(path())
  })

  it('is not read once the signal is aborted', async () => {
    await writeFile(path(), 'a')
    stop.abort(new Error('stopped'))
    await expect(fileSource(path()).load(stop.signal)).rejects.toThrow('stopped')
  })
})

import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isNewer } from '../is-built.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-built-'))
  for (const name of ['pnpm-lock.yaml', 'p/package.json', 'p/src/a.ts', 'p/src/deep/b.ts']) at(name, 1)
  for (const name of ['p/dist/a.js', 'p/dist/deep/b.js']) at(name, 2)
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Writes a file at a second. */
function at(name, second) {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, '')
  utimesSync(path, second, second)
}

it('is newer when all of it was written after all that it is made of', () => {
  expect(isNewer(folder, 'p')).toBe(true)
})

it.each(['pnpm-lock.yaml', 'p/package.json', 'p/src/deep/b.ts', 'p/tsup.config.ts'])(
  'is not when %s was changed',
  (name) => {
    at(name, 3)
    expect(isNewer(folder, 'p')).toBe(false)
  },
)

it('is not when a part of it is from before, or nothing was built', () => {
  at('p/dist/old.js', 1)
  expect(isNewer(folder, 'p')).toBe(false)
  rmSync(join(folder, 'p/dist'), { recursive: true })
  expect(isNewer(folder, 'p')).toBe(false)
})

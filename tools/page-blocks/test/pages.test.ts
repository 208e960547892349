import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { allBlocks, pages, root } from '../src/pages.js'

it('finds the pages of the root, all below docs and the READMEs', () => {
  const below = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.md'),
  )
  expect(pages()).toEqual(expect.arrayContaining(['README.md', 'SECURITY.md', ...below.map((name) => `docs/${name}`)]))
  expect(below.length).toBeGreaterThan(30)
})

it('finds blocks of many pages', () => {
  expect(new Set(allBlocks().map(({ page }) => page)).size).toBeGreaterThan(25)
})

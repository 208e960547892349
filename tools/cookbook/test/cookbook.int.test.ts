import { readFileSync } from 'node:fs'
import { testServer } from '@bothkeys/local-postgres/vitest'
import { describe, expect, it } from 'vitest'
import { type Cookbook, readCookbook, type Recipe, tryRecipe } from '../src/index.js'

const page = readFileSync(new URL('../../../docs/cookbook.md', import.meta.url), 'utf8')
const book = readCookbook(page)

function tried(of: Cookbook, recipe: Recipe | undefined): Promise<readonly string[]> {
  if (recipe === undefined) throw new Error('no such recipe')
  return tryRecipe(of, recipe, testServer().superuserUrl)
}

describe('docs/cookbook.md', () => {
  it.each(book.recipes.map((recipe) => [recipe.title, recipe] as const))('%s', async (_title, recipe) => {
    expect(await tried(book, recipe)).toEqual([])
  })

  it('shows the tool that its rows call', () => {
    const tool = readFileSync(new URL('../src/mail-tool.ts', import.meta.url), 'utf8')
    expect(page).toContain(`\`\`\`ts\n${tool}\`\`\``)
  })

  it('is found wrong where a row, a rule or a quorum is', async () => {
    const [first] = page.split(/^(?=## 2\. )/m)
    const changed = async (from: string, to: string): Promise<readonly string[]> => {
      const text = first?.replace(from, to) ?? ''
      expect(text).not.toBe(first)
      const wrong = readCookbook(text)
      return tried(wrong, wrong.recipes[0])
    }
    const held = '| grace, linus | runs, held by `writes` |'
    expect(await changed(held, '| grace, linus | refused by `writes` |')).toEqual([
      expect.stringContaining('the outcome is "runs"'),
      expect.stringContaining('the code'),
    ])
    expect(await changed(held, '| grace, ada | runs, held by `writes` |')).not.toEqual([])
    expect(await changed('count: 2', 'count: 1')).not.toEqual([])
    expect(await changed('count: 2', 'count: 4')).toContainEqual(expect.stringContaining('lint: hold[0]'))
  })
})

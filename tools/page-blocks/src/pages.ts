import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Block } from './block.js'
import { blocksOf } from './block.js'

/** The repository's folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Every page that readers get: those in the root, those below `docs`, and the README of each package and example. */
export function pages(folder = root): readonly string[] {
  const readmes = ['packages', 'examples'].flatMap((group) =>
    readdirSync(join(folder, group)).map((name) => `${group}/${name}/README.md`),
  )
  return [
    ...readdirSync(folder).filter(isPage),
    ...readdirSync(join(folder, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter(isPage)
      .map((name) => `docs/${name}`)
      .toSorted(),
    ...readmes.filter((page) => existsSync(join(folder, page))),
  ]
}

function isPage(name: string): boolean {
  return name.endsWith('.md')
}

/** What is followed from its first block to its last, in an empty folder: `npm run first-hour`. */
const followed = 'docs/first-hour.md'

/** The blocks of every page but the one that is followed, in the order of the pages. */
export function allBlocks(folder = root): readonly Block[] {
  const others = pages(folder).filter((page) => page !== followed)
  return others.flatMap((page) => blocksOf(page, readFileSync(join(folder, page), 'utf8')))
}

import { describe, expect, it } from 'vitest'
import { blocksOf } from '../src/block.js'
import { compile } from '../src/code/compile.js'

const known = ['guard', 'session', 'orders', 'cluster', 'model', 'checkpointer', 'policy', 'identity', 'directory']

/** Pages with blocks of TypeScript. */
const pages: Readonly<Record<string, readonly string[]>> = {
  'one line.md': ['const a: number = 1\nconst b: string = a'],
  'above.md': [
    'interface A { readonly n: number }\nconst { x, ...rest } = { x: 1, y: 2 }',
    "import type { Guard } from '@bothkeys/core'\nexport const x = 'nearest'",
    'const a: A = { n: rest.y }\nconst text: string = x\nconst close = (guard: Guard) => guard.close()',
  ],
  'below.md': ['const b = later', 'const later = 1'],
  'another page.md': ['rest'],
  'known.md': ["await orders.pool(session).query('select 1')"],
  'known by their types.md': known.map((name) => `${name}.surprise`),
  'strict.md': ['const first: number = [1][0]'],
  'package.md': ["import { a } from '@bothkeys/surprise'"],
}

// All in one program, which is what takes long.
const problems = compile(
  Object.entries(pages).flatMap(([page, texts]) =>
    blocksOf(page, texts.map((text) => `\`\`\`ts\n${text}\n\`\`\`\n`).join('')),
  ),
)

/** What the compiler says of the blocks of a page, as `line: message`. */
function wrong(page: string): readonly string[] {
  return problems.filter((each) => each.page === page).map(({ line, message }) => `${String(line)}: ${message}`)
}

describe('compile', () => {
  it('says the page and the line of what is wrong', () => {
    expect(wrong('one line.md')).toEqual(["3: Type 'number' is not assignable to type 'string'."])
  })

  it('lets blocks use what stands above them, also types, and the nearest of one name', () => {
    expect(wrong('above.md')).toEqual([])
  })

  it('lets no block use what stands below it or on another page', () => {
    expect(wrong('below.md')).toEqual(["2: Cannot find name 'later'."])
    expect(wrong('another page.md')).toEqual(["2: Cannot find name 'rest'."])
  })

  it('knows the names that readers know, by their types', () => {
    expect(wrong('known.md')).toEqual([])
    expect(wrong('known by their types.md')).toEqual(known.map(() => expect.stringContaining("'surprise'")))
  })

  it('is as strict as the repository', () => {
    expect(wrong('strict.md')).toEqual([expect.stringContaining('undefined')])
  })

  it('finds a package that nobody can install from here', () => {
    expect(wrong('package.md')).toEqual([expect.stringContaining('Cannot find module')])
  })
})

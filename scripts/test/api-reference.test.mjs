import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { exportedModules, readReference } from '../api/reference.mjs'

let folder
let read
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bothkeys-api-')))
  const source = join(folder, 'packages', 'one', 'src')
  mkdirSync(source, { recursive: true })
  const manifest = {
    name: '@bothkeys/one',
    exports: { '.': { '@bothkeys/source': './src/index.ts' }, './package.json': {} },
  }
  const files = {
    'package.json': '{ "name": "all" }',
    'tsconfig.json': JSON.stringify({ compilerOptions: { types: [] }, include: ['packages'] }),
    'packages/one/package.json': JSON.stringify(manifest),
    'packages/one/src/hidden.ts': 'export interface Hidden { a: string }\nexport interface Known { b: string }',
    'packages/one/src/index.ts': code,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  const modules = exportedModules(folder, [{ folder: 'packages/one', manifest, name: manifest.name }])
  read = (unexported) =>
    readReference({ root: `${folder}/`, modules, tsconfig: join(folder, 'tsconfig.json'), unexported })
})
afterAll(() => rmSync(folder, { recursive: true }))

const code = `
import type { Hidden, Known } from './hidden.js'
/** Has a block. */
export interface Told {
  /** Has one, too. */
  readonly told: Hidden
  readonly untold: Known
  /** Inner members are told of here. */
  readonly inner: { readonly a: string } | undefined
}
export type Whole = { readonly bare: string }
/** See {@link Nowhere}. */
export function called(options: { readonly quiet?: boolean }): void {}
export const plain = 1
`

it('finds what has no doc block, what is mentioned and not exported, and links that lead nowhere', async () => {
  const { names, problems } = await read(['Known', 'Gone'])
  expect(names).toBe(8)
  expect(problems.map((problem) => problem.replace(/, defined in.*|"? which .*/u, ''))).toEqual([
    'Hidden',
    expect.stringContaining('Failed to resolve link to "Nowhere"'),
    'Gone is exported, or mentioned no more',
    'packages/one/src/index.ts:7 Told.untold has no doc block',
    'packages/one/src/index.ts:11 Whole has no doc block',
    'packages/one/src/index.ts:11 Whole.bare has no doc block',
    'packages/one/src/index.ts:14 plain has no doc block',
  ])
})

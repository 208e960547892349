import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../root.mjs'
import { packagesBelow } from '../workspace.mjs'

/** Test files that put something in the place of a module: in a shared process, files behind them would get it, too. */
function replacing() {
  return packagesBelow('packages', 'tools').flatMap(({ folder }) =>
    filesBelow(join(folder, 'test')).filter((file) =>
      /\bvi\.(doMock|mock)\(/.test(readFileSync(join(root, file), 'utf8')),
    ),
  )
}

function filesBelow(folder) {
  try {
    return readdirSync(join(root, folder), { recursive: true })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(folder, name))
  } catch (error) {
    if (error.code === 'ENOENT') return []
    throw error
  }
}

describe('tests that put something in the place of a module', () => {
  it('each have a process of their own', () => {
    const config = readFileSync(join(root, 'vitest.config.ts'), 'utf8')
    const [, list = ''] = /const alone = \[(.*?)\]/s.exec(config) ?? []
    const alone = Array.from(list.matchAll(/'\*\*(\/[^*']+)'/g), ([, path]) => path)
    expect(alone).not.toEqual([])
    const found = replacing()
    expect(found).not.toEqual([])
    expect(found.filter((file) => !alone.some((path) => `/${file}`.endsWith(path)))).toEqual([])
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadPolicy } from '../../src/policy/load.js'
import { knownKeys } from '../../src/policy/schema.js'

const root = new URL('../../../../', import.meta.url)

/** The YAML blocks of a page, with the line that each begins on. */
function blocksOf(page: string): readonly (readonly [name: string, yaml: string])[] {
  const text = readFileSync(new URL(page, root), 'utf8')
  return [...text.matchAll(/^```ya?ml\n(.*?)^```/gms)].map((match) => {
    const line = text.slice(0, match.index).split('\n').length + 1
    return [`${page}:${line}`, match[1] ?? '']
  })
}

/** Every policy in README.md and docs: on other pages than the reference, YAML may be something else, a directory or what `bothkeys serve` is told. */
function policiesOf(page: string): ReturnType<typeof blocksOf> {
  return blocksOf(page).filter(
    ([, yaml]) => page === 'docs/policy.md' || (/^version: 1$/m.test(yaml) && !/^(?:people|engine):/m.test(yaml)),
  )
}

const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)].filter(
  (page) => page.endsWith('.md') && existsSync(new URL(page, root)),
)

describe('the documentation', () => {
  it.each(pages.flatMap(policiesOf))('shows a policy that loads: %s', (name, content) => {
    expect(loadPolicy({ name, content }).digest).toHaveLength(64)
  })

  it('explains every key of the policy file', () => {
    const text = readFileSync(new URL('docs/policy.md', root), 'utf8')
    const unexplained = Object.values(knownKeys)
      .flat()
      .filter((key) => !text.includes(`\`${key}\``))
    expect(unexplained).toEqual([])
  })
})

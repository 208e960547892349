import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../root.mjs'

const page = (name) => readFileSync(join(root, 'docs', name), 'utf8')
const pages = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md')

describe('docs/README.md', () => {
  it('leads to every page, once', () => {
    const linked = [...page('README.md').matchAll(/\]\(([\w-]+\.md)\)/g)].map((match) => match[1])
    expect(pages.filter((name) => !linked.includes(name))).toEqual([])
    expect(linked.filter((name, index) => linked.indexOf(name) !== index)).toEqual([])
  })

  it('counts what it leads through', () => {
    const numbers = [...page('README.md').matchAll(/^(\d+)\. /gm)].map((match) => Number(match[1]))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    expect(numbers.length).toBeGreaterThan(20)
  })
})

describe('docs/threat-model.md', () => {
  it('names tests that are there', () => {
    const named = [...page('threat-model.md').matchAll(/`((?:packages|tools)\/[^`]+)`/g)].map((match) => match[1])
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((path) => !path.includes('.test.') || !existsSync(join(root, path)))).toEqual([])
  })

  it('says for each way by which test it is shown, but for the one that nothing stops', () => {
    const [, ways = ''] = page('threat-model.md').split('## Nothing leaves undecided')
    const rows = [...ways.matchAll(/^\| (.*) \|$/gm)].map((match) => match[1].split(' | '))
    const tried = rows.filter(([tries]) => tries !== 'What somebody tries')
    expect(tried.length).toBeGreaterThan(30)
    const unshown = tried.filter(([, , shows]) => !String(shows).includes('.test.'))
    expect(unshown.map(([tries]) => tries)).toEqual(['**rewrite all of it**'])
  })
})

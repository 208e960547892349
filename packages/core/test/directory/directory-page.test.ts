import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionNames } from '../../src/identity/http-directory.js'
import { peopleKeys } from '../../src/identity/people-file.js'

const page = readFileSync(new URL('../../../../docs/directory.md', import.meta.url), 'utf8')

describe('docs/directory.md', () => {
  it('explains every key of the file', () => {
    const keys = new Set(Object.values(peopleKeys).flat())
    expect([...keys].filter((key) => !page.includes(`\`${key}\``) && !page.includes(`, ${key} }`))).toEqual([])
  })

  it('names every option of httpDirectory, and no other', () => {
    const [, section = ''] = page.split('## A SCIM service')
    const named = [...(section.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gmu)].map(([, name]) => name)
    expect(new Set(named)).toEqual(optionNames)
  })
})

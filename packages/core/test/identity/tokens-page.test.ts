import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { optionNames } from '../../src/identity/jwt-options.js'

const page = readFileSync(new URL('../../../../docs/tokens.md', import.meta.url), 'utf8')

describe('docs/tokens.md', () => {
  it('has every option but the clock of tests, and no other', () => {
    const [, table = ''] = page.split('## Options')
    const named = [...(table.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gmu)].map(([, name]) => name)
    expect(new Set(named)).toEqual(new Set([...optionNames].filter((name) => name !== 'clock')))
  })
})

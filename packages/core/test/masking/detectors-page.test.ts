import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { builtInDetectors, scan } from '../../src/masking/index.js'

const page = readFileSync(new URL('../../../../docs/masking-detectors.md', import.meta.url), 'utf8')
const rows = [...page.matchAll(/^\| `([a-z-]+)` \| `(.+?)` \|/gm)].map(([, type = '', example = '']) => [type, example])

describe('docs/masking-detectors.md', () => {
  it('has a row for every built-in detector', () => {
    expect(rows.map(([type]) => type)).toEqual([...builtInDetectors.keys()])
  })

  it.each(rows)('has an example of %s that is found', (type = '', example = '') => {
    const found = scan(`It was ${example} he said.`, [...builtInDetectors.values()])
    expect(found.map((finding) => finding.type)).toContain(type)
  })
})

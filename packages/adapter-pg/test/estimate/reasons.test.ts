import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { planReasons } from '../../src/estimate/reasons.js'

describe('why there is no estimate', () => {
  it('stands in the documentation, every reason once', () => {
    const page = readFileSync(new URL('../../../../docs/approvals.md', import.meta.url), 'utf8')
    const table = page.slice(page.indexOf('`no estimate:`'), page.indexOf('Nothing of an effect is left out'))
    const listed = [...table.matchAll(/^\| (`[^|]*`) \|/gm)].flatMap(([, names = '']) => names.match(/[a-z-]+/g) ?? [])
    for (const reason of planReasons) expect(listed.filter((each) => each === reason)).toEqual([reason])
  })
})

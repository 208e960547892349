import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { operatorNames, readOperatorSpec } from '../../src/masking/index.js'
import { maskerOf } from './operators-example.js'

const page = readFileSync(new URL('../../../../docs/masking-operators.md', import.meta.url), 'utf8')
const example = (name: string) => readFileSync(new URL(`${name}-example.ts`, import.meta.url), 'utf8')

describe('docs/masking-operators.md', () => {
  it.each(['operators', 'presidio'])('shows the example of %s that runs here', (name) => {
    expect(page).toContain(`\`\`\`ts\n${example(name)}\`\`\``)
  })

  it('has an example that masks as it says', () => {
    const masker = maskerOf(new Uint8Array(32), 'run-1')
    const source = {
      customer: { email: 'jane.doe@example.com', born: '1987-06-05' },
      orders: [{ amount: 249.9 }],
      by: 'EMP-123456',
    }
    const masked = masker.value(source) as Record<string, unknown>
    expect(masked).toEqual({
      customer: { email: 'j***@example.com', born: '1980-01-01' },
      orders: [{ amount: 100 }],
      by: expect.stringMatching(/^employee_[0-9a-z]{32}$/),
    })
    expect(masker.text('EMP-123456')).toBe(masked['by'])
    expect(maskerOf(new Uint8Array(32), 'run-2').text('EMP-123456')).not.toBe(masked['by'])
  })

  it('lists every operator in a form that is read', () => {
    const rows = [...page.matchAll(/^\| `([a-zA-Z]+)` \| `(.+?)` \|/gmu)]
    expect(rows.map(([, name]) => name)).toEqual(operatorNames)
    for (const [, name, form = ''] of rows) {
      const read = readOperatorSpec(JSON.parse(form) as unknown)
      expect('spec' in read && read.spec.operator).toBe(name)
    }
  })
})

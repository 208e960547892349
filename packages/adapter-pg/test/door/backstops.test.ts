import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { backstops, backstopSettings } from '../../src/door/backstops.js'

const reference = readFileSync(new URL('../../../../docs/policy.md', import.meta.url), 'utf8')

it('explains every backstop in the reference of the policy file', () => {
  for (const name of backstops) expect(reference).toContain(`| \`${name}\` |`)
})

it('names the time limits of the backstop timeouts there', () => {
  const row = reference.split('\n').find((line) => line.startsWith('| `timeouts` |'))
  for (const [setting, value] of backstopSettings(['timeouts']))
    expect(row).toContain(`\`${setting}\` ${value.replace('s', ' s')}`)
})

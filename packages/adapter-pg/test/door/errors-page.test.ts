import { readFileSync } from 'node:fs'
import type { ErrorCode } from '@bothkeys/core'
import { errorCodes } from '@bothkeys/core'
import { expect, it } from 'vitest'
import { errorFields } from '../../src/door/messages.js'
import { refusalResponse } from '../../src/door/refusal-response.js'

it('docs/errors.md has every error code with its meaning and its SQLSTATE, in order', () => {
  const page = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `ERR_'))
  const expected = Object.entries(errorCodes).map(([code, meaning]) => {
    const refusal = { code: code as ErrorCode, message: '', rules: [], hint: '' }
    return `| \`${code}\` | ${meaning} | ${errorFields(refusalResponse(refusal)).get('C')} |`
  })
  expect(rows).toEqual(expected)
})

import { BothKeysError } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { ToolFailure } from '../../src/index.js'
import { failureOf } from '../../src/cluster/cluster-failure.js'

const body = (status: object): string => JSON.stringify({ kind: 'Status', ...status })
const causes = [
  { reason: 'Rule', message: 'no-services' },
  { reason: 'ERR_DENIED', message: 'leave it' },
  { reason: 'Rule', message: 'frozen' },
  { reason: 'Rule' },
  null,
]

describe('what a cluster was answered', () => {
  it('is a refusal where the door says so by its header', () => {
    const refused = body({ message: 'refused: services stay', details: { causes } })
    const error = failureOf({ status: 403, refusal: 'ERR_DENIED', body: refused })
    expect(error).toBeInstanceOf(BothKeysError)
    expect(error).toMatchObject({
      code: 'ERR_DENIED',
      message: 'refused: services stay',
      rules: ['no-services', 'frozen'],
      hint: 'leave it',
    })
  })

  it('is a refusal, too, where its text is none that anybody reads', () => {
    for (const text of ['', 'no JSON', '[]', 'null', body({ details: 7 }), body({ details: { causes: 'x' } })]) {
      expect(failureOf({ status: 403, refusal: 'ERR_DENIED', body: text })).toMatchObject({
        code: 'ERR_DENIED',
        message: 'refused',
        rules: [],
        hint: undefined,
      })
    }
  })

  it.each([undefined, '', 'ERR_', 'err_denied', 'ERR_DENIED, ERR_DENIED', 'ERR_DENIED\nx'])(
    'is no refusal where a server says one in its text, and the header is %j',
    (refusal) => {
      const claimed = body({ reason: 'Forbidden', message: 'ERR_DENIED: no', details: { causes } })
      const error = failureOf({ status: 403, refusal, body: claimed })
      expect(error).toBeInstanceOf(ToolFailure)
      expect(error.message).toBe('the API server answered 403 Forbidden: ERR_DENIED: no')
    },
  )

  it('quotes nothing of what is no Status', () => {
    for (const text of [
      'password=hunter2',
      '{"message":"hunter2","reason":"hunter2"}',
      '"hunter2"',
      '{"kind":"Secret","message":"hunter2"}',
    ])
      expect(failureOf({ status: 502, refusal: undefined, body: text }).message).toBe('the API server answered 502')
  })

  it('is short, however long the server talks', () => {
    const long = body({ reason: 'R'.repeat(10_000), message: 'm'.repeat(1_000_000) })
    const { message } = failureOf({ status: 500, refusal: undefined, body: long })
    expect(message).toBe(`the API server answered 500 ${'R'.repeat(100)}: ${'m'.repeat(2_000)}`)
  })
})

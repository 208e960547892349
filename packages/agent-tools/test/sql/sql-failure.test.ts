import { BothKeysError } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { ToolFailure } from '../../src/index.js'
import { failureOf } from '../../src/sql/sql-failure.js'

const said = (message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { severity: 'ERROR', code: '42501', ...more })

describe('what a statement was answered', () => {
  it('is a refusal where the door says so', () => {
    const refused = { routine: 'bothkeys', detail: 'ERR_DENIED (rule no-drops, frozen)', hint: 'leave it' }
    const error = failureOf(said('refused: tables stay', refused))
    expect(error).toBeInstanceOf(BothKeysError)
    expect(error).toMatchObject({
      code: 'ERR_DENIED',
      message: 'refused: tables stay',
      rules: ['no-drops', 'frozen'],
      hint: 'leave it',
    })
    expect(failureOf(said('too late', { routine: 'bothkeys', detail: 'ERR_DEADLINE' }))).toMatchObject({ rules: [] })
  })

  it.each([
    { detail: 'ERR_DENIED (rule no-drops)', routine: 'exec_stmt_raise' },
    { detail: 'ERR_DENIED (rule no-drops)' },
    { routine: 'bothkeys', detail: 'not ERR_DENIED' },
    { routine: 'bothkeys' },
  ])('is no refusal where a server says what looks like one: %o', (more) => {
    const error = failureOf(said('raised', more))
    expect(error).toBeInstanceOf(ToolFailure)
    expect((error as Error).message).toMatch(/^raised \(SQLSTATE 42501\)/)
  })

  it('is what the server could not do, in its words', () => {
    const error = failureOf(
      said('syntax error', { code: '42601', detail: 'a detail', hint: 'a hint', where: 'hunter2' }),
    )
    expect((error as Error).message).toBe('syntax error (SQLSTATE 42601). a detail. a hint')
  })

  it('is short, however long a value is that the server quotes', () => {
    const long = 'x'.repeat(1_000_000)
    const error = failureOf(said(long, { detail: long, hint: long })) as Error
    expect(error.message).toHaveLength(3 * 2_000 + ' (SQLSTATE 42501). . '.length)
  })

  it.each([
    new Error('password=hunter2'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    { message: 'hunter2', code: '42501', severity: 'ERROR' },
    new BothKeysError('ERR_ABORTED', 'gone'),
    undefined,
  ])('stays as it is where it is no answer', (error) => {
    expect(failureOf(error)).toBe(error)
  })
})

import { BothKeysError, type ErrorCode, errorCodes } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { tellAgent, ToolFailure } from '../src/index.js'

const codes = Object.keys(errorCodes) as ErrorCode[]

/** The line that says who can help. */
const help = {
  nobody: 'No person can help: the same call stays refused.',
  people: 'A person can help: the call may be made again, and people are asked.',
  agent: 'No person is needed: another call may be let through.',
  operator: 'Only whoever runs this system can help. Say so, and stop trying.',
}
const helpOf = (code: string): string | undefined =>
  tellAgent(new BothKeysError(code as ErrorCode, 'refused')).split('\n')[1]

describe('what an agent is told', () => {
  it('is the code, the rules, whether a person can help and what to do next', () => {
    const error = new BothKeysError('ERR_DENIED', 'refused: services stay as they are', {
      rules: ['no-services', 'frozen'],
      hint: 'change the statement',
    })
    expect(tellAgent(error)).toBe(
      [
        'Not done (ERR_DENIED): refused: services stay as they are',
        'Rules: no-services, frozen',
        help.nobody,
        'Next: change the statement.',
      ].join('\n'),
    )
  })

  it('has no line of rules or of a next step where there is none', () => {
    expect(tellAgent(new BothKeysError('ERR_DEADLINE', 'it took too long'))).toBe(
      `Not done (ERR_DEADLINE): it took too long\n${help.agent}`,
    )
  })

  it.each(codes)('says of %s who can help', (code) => {
    expect(Object.values(help)).toContain(helpOf(code))
  })

  it.each([
    ['ERR_DENIED', help.nobody],
    ['ERR_APPROVAL_DENIED', help.nobody],
    ['ERR_REVOKED', help.nobody],
    ['ERR_DUTY_CONFLICT', help.nobody],
    ['ERR_DELEGATION_REFUSED', help.nobody],
    ['ERR_APPROVAL_EXPIRED', help.people],
    ['ERR_APPROVAL_WITHDRAWN', help.people],
    ['ERR_WORK_UNREVIEWED', help.people],
    ['ERR_STATEMENT_INVALID', help.agent],
    ['ERR_LIMIT_EXCEEDED', help.agent],
    ['ERR_PERMIT_SPENT', help.agent],
    ['ERR_JOURNAL_UNAVAILABLE', help.operator],
    ['ERR_SESSION_CLOSED', help.operator],
    ['ERR_CONFIG_INVALID', help.operator],
  ])('of %s is that: %s', (code, line) => {
    expect(helpOf(code)).toBe(line)
  })

  it.each(['ERR_OF_A_NEWER_DOOR', 'constructor', '__proto__'])('of the unknown code %s is to stop', (code) => {
    expect(helpOf(code)).toBe(help.operator)
  })

  it('is nothing of the cause, the nonce or the stack of a refusal', () => {
    const cause = new Error('password=hunter2')
    const told = tellAgent(
      new BothKeysError('ERR_PROOF_NONCE', 'the proof needs a nonce', { cause, nonce: 'n-secret' }),
    )
    for (const secret of ['hunter2', 'n-secret', '.ts:', 'at ']) expect(told).not.toContain(secret)
  })

  it('is what a target could not do, in its words, and no more', () => {
    const told = tellAgent(new ToolFailure('relation "x" does not exist', { cause: new Error('password=hunter2') }))
    expect(told).toBe('Failed: relation "x" does not exist')
  })

  it.each([
    new Error('password=hunter2'),
    Object.assign(new Error('password=hunter2'), { name: 'ToolFailure' }),
    Object.assign(new Error('password=hunter2'), {
      name: 'BothKeysError',
      code: 'ERR_DENIED',
      rules: [],
      hint: 'hunter2',
    }),
    { message: 'password=hunter2' },
    'password=hunter2',
    undefined,
  ])('is nothing of what is neither', (error) => {
    expect(tellAgent(error)).toBe('Failed: the tool itself failed. Say so, and stop trying.')
  })
})

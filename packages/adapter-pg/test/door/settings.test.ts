import { describe, expect, it } from 'vitest'
import { checkState, judgeParameter, reportedParameters } from '../../src/door/settings.js'

const unsafe = expect.objectContaining({ code: 'ERR_TARGET_UNSAFE' })
const sound = { standard_conforming_strings: 'on', client_encoding: 'UTF8' }

function judge(name: string, value: string, context: { expected: boolean; readOnly: boolean }): 'same' | 'changed' {
  return judgeParameter(name, value, { ...context, session: 'abc' })
}

describe('a setting that the server reports', () => {
  it.each([
    ['standard_conforming_strings', 'off'],
    ['client_encoding', 'SQL_ASCII'],
  ])('ends the connection when texts would mean something else: %s = %s', (name, value) => {
    expect(() => judge(name, value, { expected: true, readOnly: false })).toThrow(unsafe)
  })

  it.each(['default_transaction_read_only', 'is_superuser', 'search_path', 'session_authorization'])(
    'ends the connection when nothing that was decided may have changed it: %s',
    (name) => {
      expect(() => judge(name, 'on', { expected: false, readOnly: false })).toThrow(unsafe)
      expect(judge(name, 'on', { expected: true, readOnly: false })).toBe('changed')
    },
  )

  it('ends the connection when it would let a reader write', () => {
    expect(() => judge('default_transaction_read_only', 'off', { expected: true, readOnly: true })).toThrow(unsafe)
    expect(judge('default_transaction_read_only', 'on', { expected: true, readOnly: true })).toBe('changed')
    expect(judge('default_transaction_read_only', 'off', { expected: true, readOnly: false })).toBe('changed')
  })

  it.each(['DateStyle', 'IntervalStyle', 'TimeZone'])(
    'makes the next text another one, whoever changed it: %s',
    (name) => {
      expect(judge(name, 'x', { expected: false, readOnly: true })).toBe('changed')
    },
  )

  it('passes when it changes nothing that texts mean', () => {
    expect(judge('server_version', '18', { expected: false, readOnly: true })).toBe('same')
    expect(judge('client_encoding', 'utf8', { expected: false, readOnly: true })).toBe('same')
  })
})

describe('settings at login and in a look', () => {
  it.each([
    ['standard_conforming_strings', 'off'],
    ['client_encoding', 'LATIN1'],
  ])('make the server unsafe: %s = %s', (name, value) => {
    const settings = { ...sound, [name]: value }
    expect(() => reportedParameters(new Map(Object.entries(settings)))).toThrow(unsafe)
    expect(() => {
      checkState(settings, false)
    }).toThrow(unsafe)
  })

  it.each(Object.keys(sound))('make it unsafe when the server does not say: %s', (name) => {
    const rest = Object.entries(sound).filter(([other]) => other !== name)
    expect(() => reportedParameters(new Map(rest))).toThrow(unsafe)
    expect(() => {
      checkState(Object.fromEntries(rest), false)
    }).toThrow(unsafe)
  })

  it('make it unsafe for a reader that could write', () => {
    const writing = { ...sound, default_transaction_read_only: 'off' }
    expect(() => {
      checkState(writing, true)
    }).toThrow(unsafe)
    expect(() => {
      checkState(writing, false)
      checkState({ ...sound, default_transaction_read_only: 'on' }, true)
    }).not.toThrow()
  })
})

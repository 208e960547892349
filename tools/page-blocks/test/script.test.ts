import { describe, expect, it } from 'vitest'
import { missingFrom, scriptOf } from '../src/shell/script.js'

const script = scriptOf({ language: 'console', text: '$ one\nfirst\n…\n  third\n$ two\nfourth\n' })

describe('a console block', () => {
  it('has its commands on their lines, and prints the rest', () => {
    expect(script.commands).toBe('one\n\n\n\ntwo\n\n')
    expect(script.prints).toEqual([
      { text: 'first', line: 2 },
      { text: 'third', line: 4 },
      { text: 'fourth', line: 6 },
    ])
  })

  it('is right when all is printed in its order, with more between', () => {
    expect(missingFrom('zeroth\nfirst\nsecond\nthird\nfourth\n', script)).toBeUndefined()
  })

  it('is wrong at the first line that is not printed, or earlier', () => {
    expect(missingFrom('first\nfourth\n', script)).toEqual({ text: 'third', line: 4 })
    expect(missingFrom('third\nfirst\nfourth\n', script)).toEqual({ text: 'third', line: 4 })
  })
})

it('runs every line of another block', () => {
  expect(scriptOf({ language: 'sh', text: '$ one\n' })).toEqual({ commands: '$ one\n', prints: [] })
})

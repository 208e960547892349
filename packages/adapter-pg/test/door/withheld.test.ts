import { describe, expect, it } from 'vitest'
import { isOfRows } from '../../src/door/withheld.js'

const fields = (letters: Readonly<Record<string, string>>): Map<string, string> => new Map(Object.entries(letters))

describe('an error', () => {
  it.each([
    [true, 'the server finds a constraint violated', { C: '23505', F: 'nbtinsert.c' }],
    [false, 'it does so within a function', { C: '23505', F: 'nbtinsert.c', W: 'SQL statement "insert …"' }],
    [false, 'a language that gives no context raises it', { C: '23505', F: 'plv8_func.cc' }],
    [false, 'nothing says where it comes from', { C: '23505' }],
  ])('is of the rows alone (%s) where %s', (isOf, _where, letters) => {
    expect(isOfRows(fields(letters))).toBe(isOf)
  })
})

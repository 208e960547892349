import { expect, it } from 'vitest'
import { auditIdOf } from '../../src/audit/audit-id.js'

it('is the same name for the same action for ever, a UUID of version 8, and no event has it', () => {
  expect(auditIdOf('action', 'a')).toBe('ec9765b7-790e-880f-acc5-4195ef1df25d')
  const names = Array.from({ length: 64 }, (_, index) => auditIdOf('action', String(index)))
  for (const name of names) expect(name).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(auditIdOf('event', 'a')).not.toBe(auditIdOf('action', 'a'))
})

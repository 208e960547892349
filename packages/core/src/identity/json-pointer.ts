import { BothKeysError } from '../errors.js'
import { ownMember } from './own-member.js'

/** Reads one place of a JSON value; undefined when it is not there. */
export type JsonPointer = (root: unknown) => unknown

/**
 * Compiles a JSON Pointer (RFC 6901). It follows own members alone, so that `/__proto__/roles` and
 * `/constructor` find nothing that the token did not hold. Throws ERR_CONFIG_INVALID when the pointer is malformed.
 */
export function jsonPointer(text: unknown, option: string): JsonPointer {
  if (typeof text !== 'string' || !/^(\/([^~/]|~[01])*)+$/u.test(text)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', `${option} is not a JSON Pointer`, {
      hint: 'write a pointer such as "/realm_access/roles"; "/" in a name is "~1", "~" is "~0"',
    })
  }
  const steps = stepsOf(text)
  return (root) => {
    let value = root
    for (const step of steps) value = member(value, step)
    return value
  }
}

/** The member of the root through which a well-formed pointer goes. */
export function firstName(pointer: string): string {
  return stepsOf(pointer)[0] ?? ''
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function member(value: unknown, name: string): unknown {
  // Of a list only its items: `length` is an own member as well.
  if (Array.isArray(value) && !/^(0|[1-9][0-9]*)$/u.test(name)) return undefined
  return ownMember(value, name)
}

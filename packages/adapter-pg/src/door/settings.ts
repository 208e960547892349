import { BothKeysError } from '@bothkeys/core/adapter'
import { tellsSession } from './connection-name.js'

/**
 * Settings without which the analysis of a text is not the server's reading of it. They can never differ,
 * whatever the policy allows (notes in SECURITY.md: lexing and encoding).
 */
const fixed: ReadonlyMap<string, string> = new Map([
  ['standard_conforming_strings', 'on'],
  ['client_encoding', 'UTF8'],
])

/** Settings whose change must have been asked for by a statement that was decided. */
const watched: ReadonlySet<string> = new Set([
  'default_transaction_read_only',
  'is_superuser',
  'search_path',
  'session_authorization',
])

/** Settings that the server reports and by which it reads values: whoever changed them, what follows means something else. */
const reading: ReadonlySet<string> = new Set(['DateStyle', 'IntervalStyle', 'TimeZone'])

/** What a report is judged by. */
export interface SettingsContext {
  /** Whether a statement ran that was decided and may change settings. */
  readonly expected: boolean
  readonly readOnly: boolean
  /** What the connection's name must begin with. */
  readonly session: string
}

/** What a reported setting means for the connection. Throws ERR_TARGET_UNSAFE when it must end. */
export function judgeParameter(
  name: string,
  value: string,
  { expected, readOnly, session }: SettingsContext,
): 'same' | 'changed' {
  // SET keeps the session's name in front; a function that does not would have others answer for what comes next.
  if (name === 'application_name' && !tellsSession(value, session)) throw poisoned(name)
  const must = fixed.get(name)
  if (must !== undefined && must.toLowerCase() !== value.toLowerCase()) throw poisoned(name)
  if (reading.has(name)) return 'changed'
  if (!watched.has(name)) return 'same'
  if (!expected) throw poisoned(name)
  if (readOnly && name === 'default_transaction_read_only' && value !== 'on') throw poisoned(name)
  return 'changed'
}

/** The server's settings at login that a client may be told. Throws ERR_TARGET_UNSAFE when one makes analysis unsound. */
export function reportedParameters(parameters: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  for (const [name, must] of fixed) {
    const value = parameters.get(name)
    if (value === undefined || value.toLowerCase() !== must.toLowerCase()) throw poisoned(name)
  }
  return parameters
}

/** The settings that a look saw. Throws ERR_TARGET_UNSAFE when analysis under them would be unsound. */
export function checkState(settings: Readonly<Record<string, string>>, readOnly: boolean): void {
  for (const [name, must] of fixed) {
    if (settings[name]?.toLowerCase() !== must.toLowerCase()) throw poisoned(name)
  }
  if (readOnly && settings['default_transaction_read_only'] !== 'on') throw poisoned('default_transaction_read_only')
}

function poisoned(name: string): BothKeysError {
  return new BothKeysError(
    'ERR_TARGET_UNSAFE',
    `the setting ${name} changed without a decision, so the connection was ended`,
    {
      hint: 'no statement or function on this connection may change it; connect again',
    },
  )
}

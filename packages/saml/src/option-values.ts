import { BothKeysError, identifier } from '@bothkeys/core/verifier'

/** A wrong option of a function. */
export function wrongOption(of: string, what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `${of}: ${what}`)
}

/** An entity id, which is one plain line without a fragment. */
export function entityId(value: unknown, option: string, wrong: (what: string) => BothKeysError): string {
  const id = identifier(value, option, undefined, wrong)
  if (id.includes('#')) throw wrong(`${option} has a fragment`)
  return id
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

/** An address that browsers are sent to, as it is written: https, or http on this machine. */
export function secureUrl(value: unknown, option: string, wrong: (what: string) => BothKeysError): string {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined
  if (url === undefined || typeof value !== 'string') throw wrong(`${option} is not a URL`)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.includes(url.hostname)))
    throw wrong(`${option} must be an https URL (http is accepted on loopback only)`)
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw wrong(`${option} must have neither credentials nor a fragment`)
  return value
}

/** Milliseconds of an option in seconds. */
export function secondsIn(
  value: unknown,
  { least, most, option }: { readonly option: string; readonly least: number; readonly most: number },
  wrong: (what: string) => BothKeysError,
): number {
  if (typeof value === 'number' && value >= least && value <= most) return value * 1000
  throw wrong(`${option} must be between ${String(least)} and ${String(most)} seconds`)
}

import { BothKeysError } from '../errors.js'

/**
 * The URL that a proof of possession names to open a session (`htu` of RFC 9449): `bothkeys://<engine>/session`.
 * Throws ERR_CONFIG_INVALID for what no engine is called.
 */
export function sessionUrl(engine: string): string {
  if (typeof engine !== 'string' || !/^[\x21-\x7e]{1,128}$/u.test(engine)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the engine of a proof must be the name of a guard', {
      hint: 'give createGuard({ engine }) and the proof the same name',
    })
  }
  return `bothkeys://${encodeURIComponent(engine)}/session`
}

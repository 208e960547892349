import { unknownName } from '../../known-options.js'
import type { Detector } from '../detector.js'
import { cloudKey } from './cloud-key.js'
import { connectionPassword } from './connection-password.js'
import { creditCard } from './credit-card.js'
import { dateOfBirth } from './date-of-birth.js'
import { email } from './email.js'
import { iban } from './iban.js'
import { ip } from './ip.js'
import { jwt } from './jwt.js'
import { phone } from './phone.js'
import { privateKey } from './private-key.js'
import { secret } from './secret.js'
import { usSsn } from './us-ssn.js'

/** The detectors that come with bothkeys, by the type of what they find: the names that `detect` in a policy has. */
export const builtInDetectors: ReadonlyMap<string, Detector> = new Map(
  [creditCard, iban, email, usSsn, phone, ip, dateOfBirth, jwt, privateKey, cloudKey, connectionPassword, secret].map(
    (detector) => [detector.type, detector],
  ),
)

/**
 * The built-in detectors of these names, each once. Throws ERR_CONFIG_INVALID with the nearest name for one that does not exist.
 *
 * @example
 * const detectors = detectorsNamed(['credit-card', 'iban', 'cloud-key'])
 */
export function detectorsNamed(names: readonly string[]): readonly Detector[] {
  return [...new Set(names)].map((name) => {
    const detector = builtInDetectors.get(name)
    if (detector === undefined) throw unknownName('detectorsNamed', 'detector', name, [...builtInDetectors.keys()])
    return detector
  })
}

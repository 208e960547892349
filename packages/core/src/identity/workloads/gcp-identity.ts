import { wrongOption } from '../../known-options.js'
import { refused } from '../identifier.js'
import { ownMember } from '../own-member.js'
import type { Verifier } from '../verifier.js'
import { groupIn, nameIn, textIn } from './claim-reader.js'
import type { WorkloadOptions } from './workload-verifier.js'
import { assertPresetOptions, workloadVerifier } from './workload-verifier.js'

/** Service accounts of Google Cloud that open sessions. */
export interface GcpIdentityOptions extends WorkloadOptions {
  /**
   * What the metadata server is asked for. With `full` a token must say which instance it is of (`google.compute_engine`).
   * Default `standard`, which asks for nothing of the kind.
   */
  readonly format?: 'standard' | 'full'
}

/** The options that are not those of every preset; docs/workloads.md is kept equal to them by a test. */
export const gcpNames = ['format', 'workloads'] as const

const formats: ReadonlySet<string> = new Set(['standard', 'full'])

const digits = /^[0-9]{1,32}$/u

/**
 * Lets service accounts of Google Cloud in, by the identity tokens of the metadata server. The account is `sub`, the number that
 * no other service account ever gets, and never the e-mail address; the kind is `workload` or what the table says, the level
 * `channel`.
 * Refuses a token that was issued to another client than its `sub`, as people's are, an address that is not verified or is no
 * service account's, and whoever is not listed: ERR_TOKEN_INVALID. Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * gcpIdentity({
 *   audience: 'bothkeys://orders/session',
 *   format: 'full',
 *   workloads: {
 *     '113774264463038321964': {
 *       roles: ['ingest'],
 *       agentClass: 'nightly',
 *       require: { '/google/compute_engine/project_id': 'shop-prod' },
 *     },
 *   },
 * })
 */
export function gcpIdentity(options: GcpIdentityOptions): Verifier {
  const of = 'gcpIdentity'
  assertPresetOptions(of, options, gcpNames)
  const { format = 'standard' } = options
  if (!formats.has(format)) throw wrongOption(of, 'format must be standard or full')
  return workloadVerifier(
    {
      of,
      verifiedBy: 'gcp',
      issuer: 'https://accounts.google.com',
      algorithms: ['RS256'],
      isName: (name) => digits.test(name),
      nameOf(claims) {
        const id = textIn(claims, 'sub', digits)
        if (ownMember(claims, 'azp') !== id) throw refused('it was issued to another client than its sub')
        assertEmail(claims)
        if (format === 'full') assertInstance(claims)
        return { id, name: id }
      },
    },
    options,
  )
}

/** The address decides nothing; one that is wrong says that the token is not what it seems. */
function assertEmail(claims: unknown): void {
  const isThere = ['email', 'email_verified'].some((name) => ownMember(claims, name) !== undefined)
  if (!isThere) return
  textIn(claims, 'email', /^[^@\s]+@(?:[a-z0-9-]+\.)+gserviceaccount\.com$/u)
  if (ownMember(claims, 'email_verified') !== true) throw refused('its email is not verified')
}

function assertInstance(claims: unknown): void {
  const instance = groupIn(groupIn(claims, 'google'), 'compute_engine')
  textIn(instance, 'instance_id', digits)
  for (const name of ['instance_name', 'project_id', 'zone']) nameIn(instance, name)
  if (!Number.isSafeInteger(ownMember(instance, 'project_number'))) throw refused('its project_number is not a number')
}

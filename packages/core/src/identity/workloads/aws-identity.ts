import { wrongOption } from '../../known-options.js'
import { refused } from '../identifier.js'
import { ownMember } from '../own-member.js'
import type { Verifier } from '../verifier.js'
import { groupIn, nameIn } from './claim-reader.js'
import type { WorkloadOptions } from './workload-verifier.js'
import { assertPresetOptions, workloadVerifier } from './workload-verifier.js'

/** An account of AWS whose roles open sessions. */
export interface AwsIdentityOptions extends WorkloadOptions {
  /** The account's own issuer, as `GetOutboundWebIdentityFederationInfo` answers it. */
  readonly issuer: string
  /** The account's id: twelve digits. */
  readonly account: string
  /** Default `RS256`. List `ES384` for callers that ask for it; it takes many times as long to check. */
  readonly algorithms?: readonly ('RS256' | 'ES384')[]
}

/** The options that are not those of every preset; docs/workloads.md is kept equal to them by a test. */
export const awsNames = ['account', 'algorithms', 'issuer', 'workloads'] as const

const accountForm = /^[0-9]{12}$/u
/** An IAM role or user, in any partition. */
const arnForm = /^arn:aws(?:-[a-z]+)*:iam::([0-9]{12}):(?:role|user)\/[\w+=,.@/-]+$/u
/** Under this name stands everything that AWS says besides the claims of RFC 7519. */
const namespace = 'https://sts.amazonaws.com/'

/**
 * Lets IAM roles and users of an account in, by the tokens of `sts:GetWebIdentityToken`. The account is the ARN in `sub`; the
 * kind is `workload` or what the table says, the level `channel`.
 * Refuses another issuer, account or principal than those listed, a token whose `sub` is not who asked for it
 * (`SubjectMode: OriginIdentity`), and `ES384` unless it is listed: ERR_TOKEN_INVALID.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * awsIdentity({
 *   issuer: 'https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws',
 *   account: '123456789012',
 *   audience: 'bothkeys://orders/session',
 *   workloads: { 'arn:aws:iam::123456789012:role/Nightly': { roles: ['ingest'], agentClass: 'nightly' } },
 * })
 */
export function awsIdentity(options: AwsIdentityOptions): Verifier {
  const of = 'awsIdentity'
  assertPresetOptions(of, options, awsNames)
  const { account, algorithms = ['RS256'], issuer } = options
  if (typeof issuer !== 'string') throw wrongOption(of, 'issuer must be the exact iss of the tokens')
  if (typeof account !== 'string' || !accountForm.test(account)) throw wrongOption(of, 'account must be twelve digits')
  if (!Array.isArray(algorithms) || !algorithms.every((one) => one === 'RS256' || one === 'ES384'))
    throw wrongOption(of, 'algorithms may only hold RS256 and ES384')
  const isOfAccount = (arn: string) => arnForm.exec(arn)?.[1] === account
  return workloadVerifier(
    {
      of,
      verifiedBy: 'aws',
      issuer,
      algorithms,
      isName: isOfAccount,
      nameOf(claims) {
        nameIn(claims, 'jti')
        const id = nameIn(claims, 'sub')
        if (!isOfAccount(id)) throw refused('its sub is no role or user of the account')
        const said = groupIn(claims, namespace)
        if (ownMember(said, 'aws_account') !== account) throw refused('its aws_account is another account')
        if (Object.hasOwn(said, 'principal_id') && ownMember(said, 'principal_id') !== id)
          throw refused('its sub is not who asked for it', 'ask for the token without SubjectMode')
        return { id, name: id }
      },
    },
    options,
  )
}

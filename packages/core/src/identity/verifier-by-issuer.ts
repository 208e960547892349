import { BothKeysError } from '../errors.js'
import { wrongOption } from '../known-options.js'
import type { Principal } from '../model/principal.js'
import { refused } from './identifier.js'
import { ownMember } from './own-member.js'
import { untilAborted } from './until-aborted.js'
import type { AcceptedCredentials, Credential, CredentialForm, Verifier } from './verifier.js'

/** A verifier that says which credentials it is for. */
interface Chosen {
  readonly verifier: Verifier
  readonly accepts: AcceptedCredentials
}

/**
 * Makes one verifier of several, each for the credentials of one issuer. A credential is told by its form, names its issuer, and is
 * given to the verifier of that issuer and form alone, whose answer is final: what one refuses no other is asked about. A
 * credential of an unknown form or issuer is ERR_TOKEN_INVALID; so is a principal of another issuer than the verifier's own.
 * The order of the list means nothing. A proof goes with its credential.
 * Throws ERR_CONFIG_INVALID when a verifier does not say which credentials it is for, when two are of one issuer (their
 * subjects could not be told apart, also when one reads JWTs and the other SAML), and when their proofs are for several engines.
 *
 * @example
 * verifierByIssuer([jwtVerifier({ issuer: 'https://agents.example', … }), samlVerifier({ issuer: 'https://idp.example/saml', … })])
 */
export function verifierByIssuer(verifiers: readonly Verifier[]): Verifier {
  const list: readonly unknown[] = Array.isArray(verifiers) ? verifiers : []
  if (list.length === 0) throw wrong('verifiers must be a list of verifiers')
  const known = list.map(chosenOf)
  assertApart(known.map(({ accepts }) => accepts.issuer))
  assertApart(known.map(({ accepts }) => subjectsOf(accepts)))
  const engine = onlyEngine(known)
  const byForm = new Map<CredentialForm, Map<string, Chosen>>()
  for (const each of known) {
    const { form, issuer } = each.accepts
    byForm.set(form, (byForm.get(form) ?? new Map<string, Chosen>()).set(issuer, each))
  }

  async function verified(credential: Credential, signal: AbortSignal): Promise<Principal> {
    const token = ownMember(credential, 'token')
    if (typeof token !== 'string' || token === '') throw refused('there is none', 'pass { token }')
    const proof = ownMember(credential, 'proof')
    const { accepts, verifier } = chooseBy(token, byForm)
    // What was chosen by is what is verified, whatever the credential answers when it is asked again.
    const same = Object.freeze({ token, ...(proof === undefined ? {} : { proof: proof as string }) })
    const principal = await verifier.verify(same, signal)
    if (principal.subject.issuer !== subjectsOf(accepts)) throw refused('its verifier speaks for another issuer')
    return principal
  }

  return Object.freeze({
    ...(engine === undefined ? {} : { engine }),
    async verify(credential: Credential, signal: AbortSignal): Promise<Principal> {
      try {
        return await untilAborted(verified(credential, signal), signal)
      } catch (error) {
        throw error instanceof BothKeysError ? error : refused('it could not be checked')
      }
    },
  })
}

/** The one verifier of the issuer that a text names. Throws ERR_TOKEN_INVALID. */
function chooseBy(token: string, byForm: ReadonlyMap<CredentialForm, ReadonlyMap<string, Chosen>>): Chosen {
  const found: { readonly issuer: string; readonly ofForm: ReadonlyMap<string, Chosen> }[] = []
  for (const [form, ofForm] of byForm) {
    const issuer = form.issuerOf(token)
    if (issuer !== undefined) found.push({ issuer, ofForm })
  }
  const [one, ...others] = found
  if (one === undefined) throw refused('it is of no form that is known here, or names no issuer')
  // Two readings of one text: neither is tried.
  if (others.length > 0) throw refused('it is of more than one form')
  const chosen = one.ofForm.get(one.issuer)
  if (chosen === undefined)
    throw refused('no verifier is of the issuer that it names', 'list a verifier of its issuer in verifierByIssuer')
  return chosen
}

function chosenOf(value: unknown): Chosen {
  const verifier = value as Partial<Verifier> | null | undefined
  const accepts: Partial<AcceptedCredentials> | undefined = verifier?.accepts
  if (typeof verifier?.verify !== 'function') throw wrong('verifiers must be a list of verifiers')
  const names: readonly unknown[] = [accepts?.issuer, accepts?.subjectIssuer ?? accepts?.issuer]
  if (typeof accepts?.form?.issuerOf !== 'function' || !names.every((name) => typeof name === 'string' && name !== ''))
    throw wrong('each verifier must say which credentials it is for, which one for tests and a list of several do not')
  // Looked at just now.
  return { verifier: verifier as Verifier, accepts: accepts as AcceptedCredentials }
}

function subjectsOf({ issuer, subjectIssuer }: AcceptedCredentials): string {
  return subjectIssuer ?? issuer
}

function assertApart(issuers: readonly string[]): void {
  if (new Set(issuers).size < issuers.length)
    throw wrong('two verifiers are of the same issuer, so that nobody could tell whose subjects are whose')
}

function onlyEngine(known: readonly Chosen[]): string | undefined {
  const engines = new Set(known.flatMap(({ verifier: { engine } }) => (engine === undefined ? [] : [engine])))
  if (engines.size > 1) throw wrong('their proofs are for several engines')
  return [...engines][0]
}

function wrong(what: string): BothKeysError {
  return wrongOption('verifierByIssuer', what)
}

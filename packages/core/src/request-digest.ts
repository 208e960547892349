import { hash, randomBytes } from 'node:crypto'
import type { Binding } from './approvals/request.js'
import type { Requester } from './requester.js'
import type { Action, Description, Target, TargetIdentity } from './model/action.js'
import { CanonicalFragment, canonicalJson, isPlainText } from './model/canonical-json.js'
import type { Digest } from './model/digest.js'
import { requestDigest } from './model/request-text.js'
import type { SnapshotValue } from './model/snapshot.js'

/** A request bound to its digest, with the parts that the record keeps. */
export interface BoundRequest {
  readonly actionId: string
  /** SHA-256("bothkeys.request.v1" ‖ 0x00 ‖ JCS{…}) with a 128-bit nonce that stays out of the record (RULES 14). */
  readonly digest: Digest
  readonly actionRecord: CanonicalFragment
  readonly targetRecord: CanonicalFragment
  /** The number of parameters and a digest keyed with the nonce, so that nobody can guess a value from the record. */
  readonly parametersRecord: { readonly count: number; readonly digest: string } | undefined
  /** What the digest is over, behind the prefix. It holds the nonce: for approvers, never for the record. */
  readonly requestText: string
  /** About how many characters intent and outcome take in the journal. */
  readonly recordedCharacters: number
}

/** What an intent and an outcome take besides action, actor and target. */
const envelopeCharacters = 900

const parametersPrefix = 'bothkeys.parameters.v1\0'

/** Binds an action, its actor, its target and the policy into one digest. Without a binding, as a request of its own. */
export function bindRequest(
  engine: string,
  requester: Requester,
  action: Action,
  policyDigest: Digest,
  binding?: Binding,
): BoundRequest {
  const nonce = binding?.nonce ?? nextNonce()
  const parts = partsOf(action.description)
  const targetRecord = targetFragment(action.target, action.identity)
  const parameters = canonicalJson(action.parameters as SnapshotValue)
  const actionId = binding?.actionId ?? requester.nextActionId()
  // The member names stand in JCS order; every value is canonical text already.
  const text =
    `{"action":${parts.exact.text},"actionId":${quoted(actionId)},"actor":${requester.actorRecord.text}` +
    `,"engine":${quoted(engine)},"nonce":"${nonce}","parameters":${parameters}` +
    `,"policy":"${policyDigest}","run":${quoted(requester.principal.run.root)}` +
    `,"state":${quoted(action.stateEpoch)},"target":${targetRecord.text}}`
  return {
    actionId,
    digest: requestDigest(text),
    actionRecord: parts.recorded,
    targetRecord,
    requestText: text,
    recordedCharacters:
      envelopeCharacters +
      parts.recorded.text.length +
      requester.principalRecord.text.length +
      targetRecord.text.length,
    parametersRecord:
      action.parameters.length === 0
        ? undefined
        : // The key has one length, so where it ends and the parameters begin is never in doubt.
          { count: action.parameters.length, digest: hash('sha256', parametersPrefix + nonce + parameters, 'hex') },
  }
}

/** About how many characters a request for approval takes in the journal, with its end. */
export function requestedCharacters(
  { principalRecord }: Pick<Requester, 'principalRecord'>,
  { description }: Pick<Action, 'description'>,
): number {
  return 2 * (envelopeCharacters + principalRecord.text.length) + partsOf(description).recorded.text.length
}

function quoted(text: string): string {
  return isPlainText(text) ? `"${text}"` : JSON.stringify(text)
}

const nonceDigits = 32
/** Random hex digits, of which each is used once. */
let nonces = ''
let noncesUsed = 0

function nextNonce(): string {
  if (noncesUsed === nonces.length) {
    nonces = randomBytes(4096).toString('hex')
    noncesUsed = 0
  }
  noncesUsed += nonceDigits
  return nonces.slice(noncesUsed - nonceDigits, noncesUsed)
}

interface DescriptionParts {
  readonly exact: CanonicalFragment
  readonly recorded: CanonicalFragment
}

const descriptionParts = new WeakMap<Description, DescriptionParts>()

/** The canonical text of a description, serialised once per description. */
export function partsOf(description: Description): DescriptionParts {
  const known = descriptionParts.get(description)
  if (known !== undefined) return known
  const effects = new CanonicalFragment(
    description.effects.map((effect) => ({
      attributes: effect.attributes,
      duty: effect.duty,
      resource: effect.resource,
    })),
  )
  const operation = description.operation
  const { recordedText, statements = 1, text } = description
  const exact = new CanonicalFragment({ effects, operation, text })
  // A text without literals is recorded as it is. How many statements it holds follows from it, so no digest needs that.
  const several = statements === 1 ? {} : { statements }
  const recorded =
    recordedText === text && statements === 1
      ? exact
      : new CanonicalFragment({ effects, operation, text: recordedText, ...several })
  const made: DescriptionParts = { exact, recorded }
  descriptionParts.set(description, made)
  return made
}

const targetParts = new WeakMap<TargetIdentity, { readonly target: Target; readonly fragment: CanonicalFragment }>()

function targetFragment(target: Target, identity: TargetIdentity): CanonicalFragment {
  const known = targetParts.get(identity)
  if (known !== undefined && known.target === target) return known.fragment
  const fragment = new CanonicalFragment({ identity, kind: target.kind, labels: target.labels, name: target.name })
  targetParts.set(identity, { target, fragment })
  return fragment
}

import type { RequestView } from '../approvals/approver.js'
import { isAtLeast } from '../model/level.js'
import { inRows } from '../approvals/rows.js'
import { word } from '../approvals/visible.js'
import { personOf } from '../duties/independence.js'
import { personKey, personName } from '../duties/person.js'
import type { Revocable } from '../duties/revoked.js'
import type { CheckedRecord } from '../identity/directory-record.js'
import type { FindRecord, Standing } from '../identity/standing.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { ApprovalLevel } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { Subject } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { hasOwnDuty } from './own-duty.js'
import type { NotCounted } from './reviewer.js'

/** A revocation as people see it who could lift it. */
export interface RevocationInForce {
  /** Names the revocation, for `lift`. */
  readonly id: string
  /** What is revoked. */
  readonly what: Revocable
  /** What whoever revoked it wrote. */
  readonly reason: string
  /** Unix milliseconds in the ledger's time after which it is over; undefined: never. */
  readonly untilMs: number | undefined
  /** All of this as text for a person, escaped. */
  readonly view: RequestView
  /** What a signed decision to lift it has to be about. */
  readonly subject: ApprovalSubject
}

type Facts = Pick<RevocationInForce, 'id' | 'what' | 'reason' | 'untilMs'>

/** What people see of a revocation, with all that is revoked alike, which is lifted with it. Pure. */
export function revocationInForce(
  engine: string,
  policy: string,
  { id, reason, untilMs, what }: Facts,
  alike: readonly Facts[],
): RevocationInForce {
  const others = alike.filter((other) => other.id !== id).toSorted((one, other) => (one.id < other.id ? -1 : 1))
  const also = others.map((other) => ({ id: other.id, reason: other.reason, untilMs: other.untilMs }))
  const facts = { engine, id, reason, untilMs, what: { ...what }, also }
  const digest = sha256('bothkeys.revocation.v1\0', canonicalJson(facts))
  const lines = [
    `lift revocation ${digest.slice(0, 8)}: ${named(what)}`,
    `  reason     ${word(reason)}`,
    `  lasts      ${lasting(untilMs)}`,
    ...others.map((other) => `  also       ${lasting(other.untilMs)}: ${word(other.reason)}`),
    `  lifting    lets whatever it stops open sessions and connections again`,
  ]
  const text = inRows(lines).join('\n')
  const view = Object.freeze({ text, complete: true, digest: sha256('bothkeys.revocation-view.v1\0', text) })
  const subject = Object.freeze({ aud: engine, req: id, adh: digest, pol: policy, view: view.digest })
  return Object.freeze({ id, what, reason, untilMs, view, subject })
}

function lasting(untilMs: number | undefined): string {
  return untilMs === undefined ? 'for good' : `until ${new Date(untilMs).toISOString()}`
}

function named(what: Revocable): string {
  switch (what.kind) {
    case 'everything':
      return 'everything'
    case 'subject':
    case 'person':
      return `${what.kind} ${word(what.id)} of ${word(what.issuer)}`
    case 'run':
    case 'session':
    case 'target':
      return `${what.kind} ${word(what.id)}`
  }
}

/**
 * What keeps a person from lifting a revocation; undefined: nothing. Lifting is a widening (RULES 4, 9), so it takes the duty
 * `policy` on the target, or on all of them, and a signature at least; and nobody lifts what stops themselves or an agent of
 * theirs. Where nobody can tell whose it is, nobody lifts it. Rejects as the directory does.
 */
export async function liftingAgainst(
  what: Revocable,
  policy: CompiledPolicy,
  { level, standing }: { readonly level: ApprovalLevel; readonly standing: Standing },
  find: FindRecord | undefined,
): Promise<NotCounted | undefined> {
  if (!isAtLeast(level, 'signed')) return { reason: 'level-too-low' }
  const isKnown = what.kind === 'target' && policy.targets.has(what.id)
  const targets = isKnown ? [what.id] : [...policy.targets.keys()]
  if (!targets.every((name) => hasOwnDuty(policy, 'policy', name, standing))) return { reason: 'no-policy-duty' }
  if (what.kind === 'target' || what.kind === 'everything') return undefined
  if (!('issuer' in what)) return { reason: 'not-liftable' }
  const people = await peopleBehind(what, find)
  const own = personOf(standing.principal)
  if (people === undefined || typeof own === 'string') return { reason: 'not-known' }
  return own.known.some((name) => people.has(name)) ? { reason: 'not-independent', detail: 'person' } : undefined
}

/** Everybody whom an account or a person stands for, by every name; undefined when nobody can tell. */
async function peopleBehind(
  what: Extract<Revocable, { readonly kind: 'subject' | 'person' }>,
  find: FindRecord | undefined,
): Promise<ReadonlySet<string> | undefined> {
  const account = { issuer: what.issuer, id: what.id }
  const record = await find?.(account)
  // Where each account is a person, who was revoked as one is that; else nobody can tell which other accounts they have.
  if (record === undefined)
    return what.kind === 'person' && find === undefined ? new Set(namesOf(account, undefined)) : undefined
  if (record.kind === 'human') return new Set(namesOf(account, record))
  const owners = await Promise.all(record.owners.map(async (owner) => namesOf(owner, await find?.(owner))))
  return owners.length === 0 ? undefined : new Set([...namesOf(account, record), ...owners.flat()])
}

function namesOf(account: Subject, record: CheckedRecord | undefined): readonly string[] {
  const accounts = [account, ...(record?.aliases ?? [])].map(({ id, issuer }) => personKey(issuer, id))
  return record?.person === undefined ? accounts : [...accounts, personName(record.person)]
}

import { withoutHidden } from '@bothkeys/core/relay'
import type { DeskDecision, DeskLevel } from './desk.js'

const levels: readonly DeskLevel[] = ['channel', 'signed', 'phishing-resistant']
/** Whoever calls may be no TypeScript. */
const decisions: ReadonlySet<unknown> = new Set<DeskDecision['decision']>(['allow', 'deny'])
const ways: ReadonlySet<unknown> = new Set<DeskDecision['via']['kind']>(['page', 'channel'])
const longestReason = 1_000
const longestName = 256

/** A decision as it is looked at once; undefined when it is none. A channel's is of level `channel`, whatever it says (RULES 5). */
export function checkedDecision(given: DeskDecision): DeskDecision | undefined {
  const { decision, person, reason, via, viewDigest } = given
  const { id, issuer } = person.subject
  const level = via.kind === 'channel' ? 'channel' : levels.find((known) => known === given.level)
  const isRight =
    decisions.has(decision) &&
    ways.has(via.kind) &&
    isName(via.name, 256) &&
    isName(issuer, 1_024) &&
    isName(id, 1_024) &&
    typeof viewDigest === 'string' &&
    (reason === undefined || (typeof reason === 'string' && reason.length <= longestReason && reason.isWellFormed()))
  if (!isRight || level === undefined) return undefined
  const { name } = person
  return {
    decision,
    level,
    person: { subject: { issuer, id }, name: isName(name, longestName) ? name : undefined },
    via: { kind: via.kind, name: via.name },
    viewDigest,
    reason: wordsOf(reason),
  }
}

/** Whoever reads them later, in whichever place, reads what was written and nothing that hides in it. */
function wordsOf(reason: string | undefined): string | undefined {
  const words = withoutHidden(reason ?? '').trim()
  return words === '' ? undefined : words
}

function isName(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest && value.isWellFormed()
}

/** Whether one level is more than another. */
export function isAbove(level: DeskLevel, other: DeskLevel): boolean {
  return levels.indexOf(level) > levels.indexOf(other)
}

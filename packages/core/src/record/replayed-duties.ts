import type { Act } from '../duties/act.js'
import { actOfApproving } from '../duties/act.js'
import { recallClaim } from '../duties/claim.js'
import type { Claims } from '../duties/claim-draft.js'
import { claimsOf, handedOutClaimsOf, measuringLimits, roleClaimsOf } from '../duties/claims.js'
import { BothKeysError } from '../errors.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { Duty, Effect } from '../model/effect.js'
import { duties } from '../model/effect.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { RecordedEvent } from './event.js'
import type { RecordedParty } from './recorded-party.js'
import { membersOf, readParty, textsOf } from './recorded-party.js'

/** One entry of the ledger that comes back. */
export interface ReplayedEntry {
  readonly key: string
  readonly value: SnapshotValue
  readonly expiresAtMs: number | undefined
}

type HeldAct = Pick<Act, 'target' | 'effects' | 'root' | 'change' | 'statements'>

/**
 * What the record says that was exercised, as the duty rules in force count it (RULES 19): by intents, whatever became of
 * them, and by yeses. Only restrictions come of it. Memory grows with the keys that are counted, not with the journal.
 */
export class ReplayedDuties {
  readonly #rules: DutyRules | undefined
  readonly #entries = new Map<string, ReplayedEntry>()
  /** The actions that requests still open are about. */
  readonly #asked = new Map<string, HeldAct>()
  /** Actions without an outcome whose answers a limit counts. */
  readonly #measured = new Map<string, Act>()

  constructor(rules: DutyRules | undefined) {
    this.#rules = rules
  }

  /** Takes the next event. Throws ERR_JOURNAL_CORRUPT for one whose actor or action cannot be read. */
  take(event: RecordedEvent): void {
    if (this.#rules === undefined) return
    switch (event.type) {
      case 'action.intent': {
        const actor = partyOf(event, 'actor')
        const { countedRoles: roles, party } = actor
        const decided = event['approval'] !== undefined || event['grant'] !== undefined
        const kind = decided ? 'request' : 'action'
        const act: Act = { party, roles, kind, ...actOf(event, actor) }
        this.#recall(this.#rules, act, event)
        if (measuringLimits(this.#rules, act).length > 0) this.#measured.set(String(event['id']), act)
        this.#asked.delete(String(membersOf(event['approval'])['request']))
        return
      }
      case 'action.outcome':
        this.#takeOutcome(this.#rules, event)
        return
      case 'approval.requested':
        this.#asked.set(String(event['id']), actOf(event, partyOf(event, 'actor')))
        return
      case 'approval.vote':
        if (event['decision'] !== 'allow') return
        this.#recall(this.#rules, this.#approval(event), event)
        this.#keep(roleClaimsOf(this.#rules, voterOf(event), 0), event)
        return
      case 'session.open': {
        const opened = partyOf(event, 'actor')
        this.#keep(roleClaimsOf(this.#rules, opened, Math.max(0, opened.expiresAtMs - Date.parse(event.time))), event)
        return
      }
      case 'grant.given':
        this.#asked.delete(String(event['id']))
        return
      case 'approval.ended':
        this.#asked.delete(String(event['request']))
        return
      default:
    }
  }

  /** What still counts at a time. */
  entries(nowMs: number): readonly ReplayedEntry[] {
    return [...this.#entries.values()].filter(({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs >= nowMs)
  }

  #takeOutcome(rules: DutyRules, event: RecordedEvent): void {
    const intent = String(event['intent'])
    const act = this.#measured.get(intent)
    this.#measured.delete(intent)
    if (act === undefined || event['handedOut'] === undefined) return
    const { bytes, rows } = membersOf(event['handedOut'])
    if (!isCount(bytes) || !isCount(rows)) throw unreadable(event, 'what it handed out')
    this.#keep(handedOutClaimsOf(rules, act, { bytes, rows }), event)
  }

  #approval(event: RecordedEvent): Act {
    const asked = this.#asked.get(String(event['request']))
    if (asked === undefined) throw unreadable(event, 'the request that it is about')
    return actOfApproving(asked, voterOf(event))
  }

  #recall(rules: DutyRules, act: Act, event: RecordedEvent): void {
    this.#keep(claimsOf(rules, act), event)
  }

  /** An actor with an unknown dimension ran before the rule was there; what is known of it counts. */
  #keep({ claims }: Claims, event: RecordedEvent): void {
    for (const claim of claims) {
      const outcome = recallClaim(claim, this.#entries.get(claim.key)?.value, Date.parse(event.time))
      if (outcome.outcome !== 'reserved') continue
      const { expiresAtMs, value } = outcome
      this.#entries.set(claim.key, { key: claim.key, value, expiresAtMs })
    }
  }
}

function partyOf(event: RecordedEvent, member: 'actor' | 'approver'): RecordedParty {
  const party = readParty(event[member])
  if (party === undefined || Number.isNaN(party.expiresAtMs)) throw unreadable(event, `its ${member}`)
  return party
}

/** Whoever voted, with the roles that the vote was counted for: the directory's, whatever the credential said. */
function voterOf(event: RecordedEvent): Pick<Act, 'party' | 'roles'> {
  const roles = textsOf(event['roles'])
  if (roles === undefined) throw unreadable(event, 'the roles of its approver')
  return { party: partyOf(event, 'approver').party, roles }
}

function actOf(event: RecordedEvent, { change, party }: RecordedParty): HeldAct {
  const target = membersOf(event['target'])['name']
  const { effects, statements = 1 } = membersOf(event['action'])
  if (typeof target !== 'string' || !Array.isArray(effects)) throw unreadable(event, 'its action')
  if (!isCount(statements) || statements === 0) throw unreadable(event, 'how many statements it is')
  const { root } = party.run
  return { target, root, change, statements, effects: effects.map((effect) => effectOf(effect, event)) }
}

function effectOf(effect: unknown, event: RecordedEvent): Effect {
  const { attributes, duty, resource } = membersOf(effect)
  if (!isDuty(duty) || typeof resource !== 'string') throw unreadable(event, 'its effects')
  return { duty, resource, attributes: membersOf(attributes) as Effect['attributes'] }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isDuty(value: unknown): value is Duty {
  return duties.some((duty) => duty === value)
}

function unreadable(event: RecordedEvent, what: string): BothKeysError {
  return new BothKeysError(
    'ERR_JOURNAL_CORRUPT',
    `event ${String(event.lsn)} of the journal does not say ${what}, which a rule of the policy counts`,
    { hint: 'restore the journal, or start a new one' },
  )
}

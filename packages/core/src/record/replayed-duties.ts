import type { Act } from '../duties/act.js'
import { actOfApproving } from '../duties/act.js'
import type { Claim } from '../duties/claim.js'
import { recallClaim } from '../duties/claim.js'
import type { Claims } from '../duties/claim-draft.js'
import {
  claimsOf,
  handedOutClaimsOf,
  measuringLimits,
  reviewClaimsOf,
  roleClaimsOf,
  workClaimsOf,
} from '../duties/claims.js'
import type { IndependentParty } from '../duties/independence.js'
import { withLate, withoutWork, workIn, workKey, workQueueKey } from '../duties/work-queue.js'
import { BothKeysError } from '../errors.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { Duty, Effect } from '../model/effect.js'
import { duties } from '../model/effect.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { RecordedEvent } from './event.js'
import type { RecordedParty } from './recorded-party.js'
import { membersOf, textsOf } from '../model/members.js'
import { readParty } from './recorded-party.js'

/** One entry of the ledger that comes back. */
export interface ReplayedEntry {
  readonly key: string
  readonly value: SnapshotValue
  readonly expiresAtMs: number | undefined
}

type HeldAct = Pick<Act, 'target' | 'effects' | 'root' | 'change' | 'statements' | 'lookups'>

/**
 * What the record says that was exercised, as the duty rules in force count it (RULES 19): by intents, whatever became of
 * them, and by yeses. Only restrictions come of it. Memory grows with the keys that are counted, not with the journal.
 */
export class ReplayedDuties {
  readonly #rules: DutyRules | undefined
  readonly #entries = new Map<string, ReplayedEntry>()
  /** The actions that requests still open are about, and who said yes to them. */
  readonly #asked = new Map<string, HeldAct & { readonly yeses: IndependentParty[] }>()
  /** Who said yes to grants that could still be used. */
  readonly #granted = new Map<string, readonly IndependentParty[]>()
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
        const { party, restrictingRoles: roles } = actor
        const decided = event['approval'] !== undefined || event['grant'] !== undefined
        const kind = decided ? 'request' : 'action'
        const { session } = event
        const act: Act = { party, roles, kind, ...actOf(event, actor), session, approvers: this.#approversOf(event) }
        this.#recall(this.#rules, act, event)
        this.#keep(demandedThen(workClaimsOf(this.#rules, act), event), event)
        if (measuringLimits(this.#rules, act).length > 0) this.#measured.set(String(event['id']), act)
        this.#asked.delete(String(membersOf(event['approval'])['request']))
        return
      }
      case 'action.outcome':
        this.#takeOutcome(this.#rules, event)
        return
      case 'approval.requested':
        this.#asked.set(String(event['id']), { ...actOf(event, partyOf(event, 'actor')), yeses: [] })
        return
      case 'approval.vote':
        if (event['decision'] !== 'allow') return
        this.#asked.get(String(event['request']))?.yeses.push(partyOf(event, 'approver').party)
        this.#recall(this.#rules, this.#approval(event), event)
        this.#keep(roleClaimsOf(this.#rules, this.#approval(event), 0), event)
        return
      case 'session.open': {
        const opened = partyOf(event, 'actor')
        const held = { party: opened.party, roles: opened.restrictingRoles }
        this.#keep(roleClaimsOf(this.#rules, held, Math.max(0, opened.expiresAtMs - Date.parse(event.time))), event)
        return
      }
      case 'work.reviewed':
        this.#takeReview(this.#rules, event)
        return
      case 'grant.given':
        this.#granted.set(String(event['id']), this.#approversOf(event))
        this.#asked.delete(String(event['id']))
        return
      case 'grant.ended':
        this.#granted.delete(String(event['grant']))
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

  /** A yes that nobody needed counts as well as those that the approval names. */
  #approversOf(event: RecordedEvent): readonly IndependentParty[] {
    const { request, votes } = membersOf(event['approval'])
    const relied = Array.isArray(votes) ? votes.map((vote) => readParty(membersOf(vote)['approver'])?.party) : []
    if (relied.includes(undefined)) throw unreadable(event, 'who approved it')
    const asked = this.#asked.get(String(request))?.yeses ?? []
    const granted = this.#granted.get(String(membersOf(event['grant'])['id'])) ?? []
    return [...relied.filter((party) => party !== undefined), ...asked, ...granted]
  }

  /** What was found justified waits no more, unless more was done by then; what was found unjustified is as good as late. */
  #takeReview(rules: DutyRules, event: RecordedEvent): void {
    const { actions, rule: chain, thing, work: id } = event
    if (typeof id !== 'string' || typeof chain !== 'string' || typeof thing !== 'string')
      throw unreadable(event, 'what was reviewed')
    const reviewer = voterOf(event, 'reviewer')
    this.#keep(reviewClaimsOf(rules, { chain, thing }, reviewer), event)
    this.#keep(roleClaimsOf(rules, reviewer, 0), event)
    const queue = this.#entries.get(workQueueKey)?.value
    if (event['verdict'] !== 'justified') this.#put(workQueueKey, withLate(queue, id))
    else if (workIn(this.#entries.get(workKey(id))?.value)?.actions === actions) {
      this.#put(workKey(id), undefined)
      this.#put(workQueueKey, withoutWork(queue, id))
    }
  }

  #put(key: string, value: SnapshotValue | undefined): void {
    if (value === undefined) this.#entries.delete(key)
    else this.#entries.set(key, { key, value, expiresAtMs: undefined })
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

/** The work that had to be reviewed when the action ran, and not what a rule of later would have reviewed. */
function demandedThen({ claims, unknown }: Claims, event: RecordedEvent): Claims {
  const demanded = new Set(textsOf(event['work']))
  return {
    unknown,
    claims: claims.flatMap((claim): readonly Claim[] => {
      if (claim.work !== undefined) return demanded.has(claim.work.id) ? [claim] : []
      const queue = claim.queue?.filter(({ id }) => demanded.has(id)) ?? []
      return queue.length === 0 ? [] : [{ key: claim.key, queue }]
    }),
  }
}

function partyOf(event: RecordedEvent, member: 'actor' | 'approver' | 'reviewer'): RecordedParty {
  const party = readParty(event[member])
  if (party === undefined || Number.isNaN(party.expiresAtMs)) throw unreadable(event, `its ${member}`)
  return party
}

/** Whoever voted or reviewed, with every role that it counts for: those that let them, by the directory, are among them. */
function voterOf(event: RecordedEvent, who: 'approver' | 'reviewer' = 'approver'): Pick<Act, 'party' | 'roles'> {
  const { party, restrictingRoles: roles } = partyOf(event, who)
  return { party, roles }
}

function actOf(event: RecordedEvent, { change, party }: RecordedParty): HeldAct {
  const target = membersOf(event['target'])['name']
  const { effects, statements = 1 } = membersOf(event['action'])
  if (typeof target !== 'string' || !Array.isArray(effects)) throw unreadable(event, 'its action')
  if (!isCount(statements) || statements === 0) throw unreadable(event, 'how many statements it is')
  const { root } = party.run
  const lookups = lookupsOf(event)
  return { target, root, change, statements, lookups, effects: effects.map((effect) => effectOf(effect, event)) }
}

/** The values that were compared with masked columns; undefined when none were. */
function lookupsOf(event: RecordedEvent): Act['lookups'] {
  const { lookups } = event
  if (lookups === undefined) return undefined
  if (!Array.isArray(lookups)) throw unreadable(event, 'what it looked up')
  return lookups.map((lookup: unknown) => {
    const { rule, values } = membersOf(lookup)
    if (typeof rule !== 'string' || !isCount(values)) throw unreadable(event, 'what it looked up')
    return { rule, values }
  })
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

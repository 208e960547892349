import type { Approver } from '../../src/approvals/approver.js'
import type { ApprovalSubject } from '../../src/model/approval-statement.js'
import { canonicalJson } from '../../src/model/canonical-json.js'
import type { ApprovalLevel } from '../../src/model/decision.js'
import { sha256 } from '../../src/model/digest.js'
import { Directory, decided, deskApprover, strangerKey } from './signed-support.js'
import type { Event, Scenario } from './model-world.js'
import { actors } from './model-world.js'
import type { Bench } from './support.js'
import { HandApprover, bench, people, policy } from './support.js'

/** How votes come in. `vote` does what the event says and answers the evidence that it gave. */
export interface Player {
  readonly on: Bench
  readonly hand: HandApprover
  revoke(who: string): void
  vote(event: Event): Promise<void>
}

/** Who stands for the policy of the model: roles that may approve, `admin` among them. */
export const modelPolicy = policy('first', ['dba', 'security', 'admin'])

export function playerOf({ by }: Scenario): Player {
  if (by === 'signed') return signing()
  const hand = by === 'asserted' ? new HandApprover() : new HandApprover('desk', 'signed', checked)
  const on = bench({ approvers: [hand] })
  on.policy = modelPolicy
  const revoke = (who: string): void => {
    on.liveRoles.set(actors[who]!.principal, [])
  }
  return { on, hand, revoke, vote: by === 'asserted' ? claiming(hand) : stamping(hand) }
}

function claiming(hand: HandApprover): Player['vote'] {
  return async ({ verb, who }) => {
    const { principal } = actors[who]!
    const { digest } = await hand.asked
    const vote = { decision: verb === 'deny' ? 'deny' : 'allow', approver: principal, digest }
    if (verb === 'forge') await hand.give({ ...vote, approver: { ...principal } })
    else if (verb === 'elsewhere') await hand.give({ ...vote, digest: sha256('another action') })
    else await hand.give(vote)
  }
}

interface Stamp {
  readonly about: ApprovalSubject
  readonly who: string
  readonly dec: 'allow' | 'deny'
  readonly level: ApprovalLevel
  readonly id: string
}

const stampOf = (stamp: Stamp): string =>
  sha256('a secret of the desk', canonicalJson({ ...stamp, about: { ...stamp.about } }))

/** A port that verifies: it knows the stamp of the desk. */
const checked: NonNullable<Approver['verify']> = (evidence, about) => {
  const { stamp, ...said } = JSON.parse(evidence) as Stamp & { readonly stamp: string }
  if (stamp !== stampOf(said)) throw new Error('forged')
  if (canonicalJson({ ...said.about }) !== canonicalJson({ ...about })) throw new Error('about something else')
  const { dec, id, level, who } = said
  return Promise.resolve({ decision: dec, approver: actors[who]!.principal, level, id, stage: undefined })
}

function stamping(hand: HandApprover): Player['vote'] {
  let last: string | undefined
  let count = 0
  return async ({ verb, who }) => {
    const request = await hand.asked
    if (verb === 'claim') {
      await hand.allow(actors[who]!.principal)
      return
    }
    if (verb === 'replay') {
      if (last !== undefined) await hand.give({ evidence: last })
      return
    }
    const said: Stamp = {
      about: verb === 'elsewhere' ? { ...request.subject, req: 'another' } : request.subject,
      who,
      dec: verb === 'deny' ? 'deny' : 'allow',
      level: verb === 'weak' ? 'channel' : 'signed',
      id: String(++count),
    }
    const evidence = JSON.stringify({ ...said, stamp: verb === 'forge' ? sha256('guess') : stampOf(said) })
    if ((await hand.give({ evidence })).counted) last = evidence
  }
}

/** The real thing: keys, tokens and a directory. */
function signing(): Player {
  const directory = new Directory()
  directory.facts.clear()
  for (const { human, person, principal, roles } of Object.values(actors)) {
    if (human) directory.facts.set(principal.subject.id, { roles, person })
  }
  const hand = new HandApprover('desk', 'signed', (evidence, about, signal) => verify(evidence, about, signal))
  const on = bench({ approvers: [hand], deadlineMs: 5_000 })
  on.policy = modelPolicy
  const desk = deskApprover({ people: directory.lookup, clock: on.clock })
  const verify = desk.verify!.bind(desk)
  let last: string | undefined
  return {
    on,
    hand,
    revoke: (who) => {
      directory.facts.set(actors[who]!.principal.subject.id, { roles: [] })
    },
    async vote({ verb, who }) {
      const request = await hand.asked
      if (verb === 'claim') {
        await hand.allow(actors[who]!.principal)
        return
      }
      if (verb === 'replay') {
        if (last !== undefined) await on.coordinator.submit(request.id, last)
        return
      }
      const { id, issuer } = actors[who]!.principal.subject
      const evidence = await decided(
        id,
        request,
        { dec: verb === 'deny' ? 'deny' : 'allow', ...(verb === 'elsewhere' ? { req: 'another' } : {}) },
        {
          subject: { issuer: actors[who]!.human ? people : issuer, id },
          level: verb === 'weak' ? 'channel' : 'signed',
          nowMs: on.clock.wallMs(),
          ...(verb === 'forge' ? { key: strangerKey.privateKey } : {}),
        },
      )
      if ((await on.coordinator.submit(request.id, evidence)).counted) last = evidence
    },
  }
}

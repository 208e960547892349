import type { RecordedEvent } from '@bothkeys/core'
import { membersOf, textOf, textsOf } from './members.js'
import { nameOf } from './recorded-request.js'

type Annotations = Readonly<Record<string, string>>

/** What was decided about a request, and by whom. */
export function annotationsOf(event: RecordedEvent): Annotations {
  const { actor, approval, code, count, decision, glass, grant, id, policy, requirement, rules, session, target } =
    event
  const isHeld = event.type === 'approval.requested'
  const votes = membersOf(approval)['votes']
  const approvers = Array.isArray(votes) ? votes.map((vote) => nameOf(membersOf(vote)['approver'])) : []
  const effect = isHeld ? 'hold' : textOf(membersOf(decision)['effect'])
  return told({
    decision: effect === '' ? 'deny' : effect,
    rules: textsOf(rules ?? membersOf(isHeld ? requirement : decision)['rules']).join(', '),
    code: textOf(code),
    count: typeof count === 'number' ? String(count) : '',
    approval: isHeld ? textOf(id) : textOf(membersOf(approval)['request']),
    approvers: approvers.join(', '),
    grant: textOf(membersOf(grant)['id']),
    glass: textOf(glass),
    agent: nameOf(actor),
    run: textOf(membersOf(membersOf(actor)['run'])['root']),
    session,
    target: textOf(membersOf(target)['name']),
    policy: textOf(policy),
    action: textOf(event['intent'] ?? id),
  })
}

/** How it ended. `auditID`: what the API server was told that the request is. */
export function endOf(
  { masked, outcome, reason, reference, result, type }: RecordedEvent,
  auditID: string,
): Annotations {
  const cells = membersOf(masked)['cells']
  const recording = /; recording \d+ ([0-9a-f]{64})$/.exec(textOf(result))?.[1]
  return told({
    ...(type === 'approval.ended' && { decision: 'deny' }),
    outcome: textOf(outcome),
    reason: textOf(reason),
    result: textOf(result),
    masked: typeof cells === 'number' ? String(cells) : '',
    'masked-by': textsOf(membersOf(masked)['rules']).join(', '),
    recording: recording ?? '',
    // A proxy in between, or another server, may have its own mind.
    'server-audit-id': reference === auditID ? '' : textOf(reference),
  })
}

/** What is empty is not said. */
function told(annotations: Readonly<Record<string, string>>): Annotations {
  const said = Object.entries(annotations).filter(([, value]) => value !== '')
  return Object.fromEntries(said.map(([name, value]) => [`bothkeys/${name}`, value]))
}

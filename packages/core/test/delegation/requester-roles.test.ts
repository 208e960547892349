import { describe, expect, it } from 'vitest'
import { delegatedPrincipal } from '../../src/identity/make-principal.js'
import type { Requester } from '../../src/requester.js'
import type { Session } from '../../src/session.js'
import { requesterOf } from '../../src/session-requester.js'
import { person } from '../enforce/support.js'

const base = await person('ann', ['a', 'b', 'c'])
const link = { session: 's', run: 'r', subject: base.subject, roles: ['a', 'b', 'c'] }
const facts = { link, runId: 'child', agentClass: undefined, key: undefined, expiresAtMs: Date.now() + 1_000 }

function childOf(parent: Requester, roles: readonly string[]): Requester {
  const principal = delegatedPrincipal(base, { ...facts, roles })
  return requesterOf({
    // Nothing but the id and the principal is looked at.
    session: { id: 'child', principal } as unknown as Session,
    signal: new AbortController().signal,
    trace: () => undefined,
    proof: undefined,
    parent,
    journalBudget: 1,
    onOverBudget: () => undefined,
    endIfExpired: () => undefined,
    onUnrecorded: () => undefined,
  })
}

function requesterWith(roles: () => readonly string[]): Requester {
  return { ...childOf({ roles } as unknown as Requester, ['a', 'b']), roles }
}

describe('the roles of a sub-agent', () => {
  it('are those that every session above it has at this moment', () => {
    let live: readonly string[] = ['a', 'b', 'c']
    const child = childOf(
      requesterWith(() => live),
      ['a', 'b'],
    )
    const grandchild = childOf(child, ['a'])
    expect([child.roles(), grandchild.roles()]).toEqual([['a', 'b'], ['a']])
    live = ['b']
    expect([child.roles(), grandchild.roles()]).toEqual([['b'], []])
    live = []
    expect([child.roles(), grandchild.roles()]).toEqual([[], []])
    live = ['a', 'b', 'new']
    expect([child.roles(), grandchild.roles()]).toEqual([['a', 'b'], ['a']])
  })

  it('are restricted as every session above it is', () => {
    const child = delegatedPrincipal(base, { ...facts, roles: ['a', 'b'] })
    const grandchild = delegatedPrincipal(child, { ...facts, roles: ['a'] })
    expect([child, grandchild].map(({ restrictingRoles }) => restrictingRoles)).toEqual([base.roles, base.roles])
  })
})

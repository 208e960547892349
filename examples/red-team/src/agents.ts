import type { Guard, Session } from '@bothkeys/core'
import { Conversation } from './conversation.js'
import { agentCredential } from './people.js'
import { type Given, toolsOf } from './tools.js'

/** Whose agent tries. */
export type ActorName = 'shop' | 'twin' | 'payroll' | 'reader' | 'closed' | 'revoked'

/** One agent: its session and its conversation. */
export interface Agent {
  readonly session: Session
  readonly conversation: Conversation
}

export type Agents = Readonly<Record<ActorName, Agent>>

/** Begins a session and a conversation for every agent, and ends those that are to be over when they try. */
export async function openAgents(guard: Guard, given: Omit<Given, 'session' | 'lent'>): Promise<Agents> {
  const shop = await guard.openSession(agentCredential('shop'))
  const payroll = await guard.openSession(agentCredential('payroll'))
  const agent = (name: ActorName, session: Session, lent: Session): Agent => ({
    session,
    conversation: new Conversation(name, toolsOf({ ...given, session, lent })),
  })
  const agents: Agents = {
    shop: agent('shop', shop, payroll),
    payroll: agent('payroll', payroll, shop),
    twin: agent('twin', await guard.openSession(agentCredential('twin')), payroll),
    reader: agent('reader', await shop.delegate({ roles: ['reader'], ttlMs: 3_600_000, name: 'reader' }), payroll),
    closed: agent('closed', await guard.openSession(agentCredential('shop', 'run-closed')), payroll),
    revoked: agent('revoked', await guard.openSession(agentCredential('shop', 'run-revoked')), payroll),
  }
  await agents.closed.session.close()
  await guard.revoke({ kind: 'session', id: agents.revoked.session.id }, { reason: 'its token was stolen' })
  return agents
}

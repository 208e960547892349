import { generateKeyPairSync } from 'node:crypto'
import type { ApprovalRequest, Approver, Guard, PeopleLookup } from '@bothkeys/core'
import {
  accountsAsPeople,
  createGuard,
  memoryJournal,
  signedApprover,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import type { Effect, GuardedTarget } from '@bothkeys/core/adapter'
import { sessionAccess } from '@bothkeys/core/adapter'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { readRequest, requestEnvelope } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import type { DeskAnswer, DeskDecision } from '../../src/desk.js'

export const relayIssuer = 'https://approvals.example'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** What an agent wants to do. */
export interface Wanted {
  readonly text: string
  readonly operation?: string
  readonly effects?: readonly Effect[]
  readonly parameters?: readonly (string | number)[]
  readonly agent?: string
}

export const onInvoices: Effect = { duty: 'write', resource: 'table:public.invoices', attributes: {} }

const target = (name: string): GuardedTarget => ({ name, kind: 'fake', close: () => Promise.resolve() })

const hold = (id: string, duty: string | readonly string[], count: number, level = 'signed') => ({
  id,
  target: 'orders',
  duty,
  require: [{ stage: 'peer', count, role: 'dba', independent: ['subject', 'person', 'run', 'key', 'agentClass'] }],
  level,
  ttl: '15m',
})

const policy = {
  version: 1,
  targets: { orders: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'orders', duty: ['read', 'write', 'delete', 'define', 'session'] }],
    dba: [{ target: 'orders', duty: 'approve' }],
  },
  hold: [
    hold('one-person', ['read', 'write', 'define'], 1),
    hold('two-people', 'delete', 2),
    hold('settings', 'session', 1, 'channel'),
  ],
}

/**
 * A real guard over a target in memory. It asks by a signed approver: what leaves it is the envelope of the request, and what
 * comes back is evidence.
 */
export class EngineThatAsks {
  readonly #guard: Guard
  readonly #orders: GuardedTarget
  /** What ran, in order. */
  readonly ran: string[] = []
  readonly journal: ReturnType<typeof memoryJournal>

  /** `people` says who may approve; `asked` is given each request as a relay reads it, and what aborts when it is over. */
  static async start(
    people: PeopleLookup,
    asked: (request: RelayedRequest, over: AbortSignal) => void,
  ): Promise<EngineThatAsks> {
    const desk = signedApprover({
      name: 'relay',
      issuer: relayIssuer,
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'r1' }] },
      people,
      notify: (request: ApprovalRequest, over) => Promise.resolve(asked(readRequest(requestEnvelope(request)), over)),
    })
    return EngineThatAsks.over(desk)
  }

  /** A guard that asks in some way. */
  static async over(approver: Approver): Promise<EngineThatAsks> {
    const journal = memoryJournal()
    const orders = target('orders')
    const guard = await createGuard({
      engine: 'orders',
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
      identity: unverifiedIdentity(),
      targets: [orders],
      approvers: [approver],
      journal,
    })
    return new EngineThatAsks(guard, orders, journal)
  }

  private constructor(guard: Guard, orders: GuardedTarget, journal: ReturnType<typeof memoryJournal>) {
    this.#guard = guard
    this.#orders = orders
    this.journal = journal
  }

  /** Asks to do something and does it when people let it. Resolves to `ran`, or to the code of the refusal. */
  async attempt({
    agent = 'etl',
    effects = [onInvoices],
    operation = 'query',
    parameters = [],
    text,
  }: Wanted): Promise<string> {
    const claims = { kind: 'agent', subject: agent, roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const
    const session = await this.#guard.openSession({ [unverifiedCredential]: claims })
    const admission = await sessionAccess(session, this.#orders).admit({
      identity: { host: 'db-1.internal', database: 'orders' },
      description: { operation, text, recordedText: '', effects },
      parameters,
      stateEpoch: 'e1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    if (admission.outcome !== 'permitted') return admission.outcome === 'refused' ? admission.refusal.code : 'stale'
    admission.permit.use()
    admission.permit.run()
    this.ran.push(text)
    await admission.permit.settle({ outcome: 'completed' })
    await session.close()
    return 'ran'
  }

  /** Signs a decision as a relay does, hands it in, and answers what the engine made of it. */
  async answer(request: RelayedRequest, { decision, level, person }: DeskDecision): Promise<DeskAnswer['receipt']> {
    const evidence = await signApproval(
      { ...request.subject, dec: decision },
      { issuer: relayIssuer, subject: person.subject, level, key: privateKey, algorithm: 'ES256', keyId: 'r1' },
    )
    const receipt = await this.#guard.approvals.submit(request.id, evidence)
    return receipt.counted === false ? receipt : { counted: true }
  }

  close(): Promise<void> {
    return this.#guard.close()
  }
}

import type { Approver, GlassNotifier, Guard, JournalFactory, Session, UnverifiedClaims } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import type { PostgresConfig, PostgresTarget } from '../../src/index.js'
import { postgres } from '../../src/index.js'

/** The agent that tests act as unless they say otherwise. */
export const agent: UnverifiedClaims = {
  kind: 'agent',
  subject: 'agent-1',
  roles: ['agent'],
  owners: ['ada'],
  agentClass: 'etl',
}

/** A person who may approve. */
export const dba: UnverifiedClaims = { kind: 'human', subject: 'grace', roles: ['dba'] }

export interface GovernedOptions {
  /** Allow rules of the role `agent`. Default: read and write on tables of `public`. */
  readonly allow?: readonly object[]
  readonly deny?: readonly object[]
  readonly hold?: readonly object[]
  readonly approvers?: readonly Approver[]
  /** Further sections of the policy. */
  readonly policy?: object
  readonly config?: Partial<PostgresConfig>
  /** Statements that the database's owner runs first. */
  readonly seed?: string
  readonly deadlineMs?: number
  readonly notifyGlass?: GlassNotifier
  /** Server backstops that the policy switches on. */
  readonly backstops?: readonly string[]
  /** Where the door connects to instead of the database's own address: a proxy in front of it. */
  readonly reach?: (url: string) => Promise<string>
  /** Stands between the guard and the memory journal. */
  readonly journal?: (memory: JournalFactory) => JournalFactory
}

export interface Governed {
  readonly target: PostgresTarget
  readonly guard: Guard
  readonly journal: ReturnType<typeof memoryJournal>
  /** The database's owner, past the door. */
  readonly owner: pg.Client
  readonly url: string
  /** The same database for the role that made it. */
  readonly superuserUrl: string
  readonly session: (claims?: UnverifiedClaims) => Promise<Session>
  /** Recorded texts of the intents of a session, in order. */
  readonly intents: (session: Session) => string[]
  readonly close: () => Promise<void>
}

/** A guard in front of a fresh database, with a memory journal. */
export async function governed(options: GovernedOptions = {}): Promise<Governed> {
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  if (options.seed !== undefined) await owner.query(options.seed)
  const connectionString = (await options.reach?.(database.url)) ?? database.url
  const target = postgres('db', { connectionString, ...options.config })
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy(options) }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: options.approvers ?? [],
    journal: options.journal?.(journal) ?? journal,
    ...(options.deadlineMs === undefined ? {} : { deadlineMs: options.deadlineMs }),
    ...(options.notifyGlass === undefined ? {} : { notifyGlass: options.notifyGlass }),
  })
  return {
    target,
    guard,
    journal,
    owner,
    url: database.url,
    superuserUrl: database.superuserUrl,
    session: (claims = agent) => guard.openSession({ [unverifiedCredential]: claims }),
    intents: (session) =>
      journal.events
        .filter((event) => event.session === session.id && event.type === 'action.intent')
        .map((event) => (event['action'] as { readonly text: string }).text),
    close: async () => {
      await guard.close()
      await owner.end()
    },
  }
}

/** A person's principal, for approvers that tests script. */
export function principalOf(claims: UnverifiedClaims): ReturnType<ReturnType<typeof unverifiedIdentity>['verify']> {
  return unverifiedIdentity().verify({ [unverifiedCredential]: claims }, new AbortController().signal)
}

function policy(options: GovernedOptions): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    targets: { db: { kind: 'postgres', ...(options.backstops === undefined ? {} : { backstops: options.backstops }) } },
    roles: {
      agent: options.allow ?? [{ target: 'db', duty: ['read', 'write'], resource: 'table:public.*' }],
      dba: [{ target: 'db', duty: 'approve' }],
      fraud: [{ target: 'db', duty: 'read' }],
    },
    ...(options.deny === undefined ? {} : { deny: options.deny }),
    ...(options.hold === undefined ? {} : { hold: options.hold }),
    ...options.policy,
  }
}

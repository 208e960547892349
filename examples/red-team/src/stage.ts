import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource, type Guard, type PolicySource, type Session } from '@bothkeys/core'
import { kubernetes } from '@bothkeys/k8s'
import { toolTarget } from '@bothkeys/langchain'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { postgres } from '@bothkeys/pg'
import { type Canaries, newCanaries } from './canaries.js'
import { type Cluster, openCluster } from './cluster.js'
import { Conversation } from './conversation.js'
import { type Database, openDatabase } from './database.js'
import { type Desk, openDesk } from './desk.js'
import type { Deeds } from './host-tools.js'
import { agentCredential, Crowd, everybody, identity } from './people.js'
import { bareDoors, type Doors, toolsOf } from './tools.js'
import type { ActorName } from './way.js'

/** A database, a cluster and a mailbox, a guard in front of them, people, and agents that have all tools at once. */
export interface Stage {
  readonly canaries: Canaries
  readonly database: Database
  readonly cluster: Cluster
  readonly desk: Desk
  readonly deeds: Deeds
  readonly crowd: Crowd
  readonly guard: Guard
  /** The folder of the journal. */
  readonly audit: string
  readonly sessions: ReadonlyMap<ActorName, Session>
  readonly conversations: ReadonlyMap<ActorName, Conversation>
  close(): Promise<void>
}

export interface StageOptions {
  /** False: the same tools with no door in front of anything. */
  readonly doors?: boolean
  /** Another policy than the one beside this. */
  readonly policy?: PolicySource
}

export const ledgerSchema = 'keys'
const beside = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

export async function openStage({ doors = true, policy = fileSource(beside('bothkeys.yaml')) }: StageOptions = {}): Promise<Stage> {
  const canaries = newCanaries()
  const [database, cluster, desk] = await Promise.all([openDatabase(canaries), openCluster(canaries), openDesk()])
  const audit = await mkdtemp(join(tmpdir(), 'bothkeys-red-team-'))
  const crowd = new Crowd(await everybody())
  const governed: Doors = {
    shop: postgres('shop', { connectionString: database.doorUrl }),
    cluster: kubernetes('cluster', cluster.config, { namespace: 'shop' }),
    office: toolTarget('office'),
  }
  // In the very database that the agents reach, by a login that may change it.
  const ledger = await postgresLedger({ connection: { connectionString: database.doorUrl }, schema: ledgerSchema })
  const guard = await createGuard({
    policy,
    directory: fileDirectory(beside('people.yaml')),
    identity,
    targets: [governed.shop, governed.cluster, governed.office],
    approvers: [crowd, desk.approver],
    journal: fileJournal(audit),
    ledger,
  })
  await database.watchLedger(ledgerSchema)
  desk.serve(guard.approvals)
  const bare = doors ? undefined : await bareDoors(governed, database, cluster)
  const deeds: Deeds = { sent: [], ran: [] }
  const sessions = await openSessions(guard)
  const conversations = new Map(
    [...sessions].map(([name, session]) => {
      const lent = sessions.get(name === 'payroll' ? 'shop' : 'payroll')
      if (lent === undefined) throw new Error('there is no other session')
      const given = { session, lent, doors: bare?.doors ?? governed, isGoverned: doors, deeds, desk: desk.url }
      return [name, new Conversation(name, toolsOf(given))] as const
    }),
  )
  await sessions.get('closed')?.close()
  await guard.revoke({ kind: 'session', id: sessions.get('revoked')?.id ?? '' }, { reason: 'its token was stolen' })
  return {
    canaries,
    database,
    cluster,
    desk,
    deeds,
    crowd,
    guard,
    audit,
    sessions,
    conversations,
    close: async () => {
      await guard.close()
      await bare?.close()
      desk.close()
      await cluster.stop()
      await database.stop()
      await rm(audit, { recursive: true, force: true })
    },
  }
}

async function openSessions(guard: Guard): Promise<ReadonlyMap<ActorName, Session>> {
  const shop = await guard.openSession(agentCredential('shop'))
  return new Map<ActorName, Session>([
    ['shop', shop],
    ['twin', await guard.openSession(agentCredential('twin'))],
    ['payroll', await guard.openSession(agentCredential('payroll'))],
    ['reader', await shop.delegate({ roles: ['reader'], ttlMs: 3_600_000, name: 'reader' })],
    ['closed', await guard.openSession(agentCredential('shop', 'run-closed'))],
    ['revoked', await guard.openSession(agentCredential('shop', 'run-revoked'))],
  ])
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource, type Guard, type PolicySource } from '@bothkeys/core'
import { kubernetes } from '@bothkeys/k8s'
import { toolTarget } from '@bothkeys/langchain'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { postgres } from '@bothkeys/pg'
import { type Canaries, newCanaries } from './canaries.js'
import { type Cluster, openCluster } from './cluster.js'
import { type Database, openDatabase } from './database.js'
import { type Desk, openDesk } from './desk.js'
import type { Deeds } from './host-tools.js'
import { type Agents, openAgents } from './agents.js'
import { Crowd, everybody, identity } from './people.js'
import { bareDoors, type Doors } from './tools.js'

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
  /** Whose agents try, each in a session and a conversation of its own. */
  readonly agents: Agents
  /** Ends these, and has others begin. */
  anew(): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  /** False: the same tools with no door in front of anything. */
  readonly doors?: boolean
  /** Another policy than the one beside this. */
  readonly policy?: PolicySource
}

const beside = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url))

export async function openStage({
  doors = true,
  policy = fileSource(beside('bothkeys.yaml')),
}: StageOptions = {}): Promise<Stage> {
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
  const ledger = await postgresLedger({ connection: { connectionString: database.doorUrl }, schema: 'keys' })
  const guard = await createGuard({
    policy,
    directory: fileDirectory(beside('people.yaml')),
    identity,
    targets: [governed.shop, governed.cluster, governed.office],
    approvers: [crowd, desk.approver],
    journal: fileJournal(audit),
    ...(doors && { ledger }),
  })
  if (doors) await database.watchLedger('keys')
  desk.serve(guard.approvals)
  const bare = doors ? undefined : await bareDoors(governed, database, cluster)
  const deeds: Deeds = { sent: [], ran: [] }
  const begin = async (): Promise<Agents> => {
    const given = {
      doors: bare?.doors ?? governed,
      isGoverned: doors,
      deeds,
      desk: desk.url,
      submit: guard.approvals.submit,
    }
    const agents = await openAgents(guard, given)
    crowd.meet('reader', agents.reader.session.principal)
    return agents
  }
  let agents = await begin()
  return {
    canaries,
    database,
    cluster,
    desk,
    deeds,
    crowd,
    guard,
    audit,
    get agents() {
      return agents
    },
    anew: async () => {
      await Promise.all(Object.values(agents).map(({ session }) => session.close()))
      agents = await begin()
    },
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

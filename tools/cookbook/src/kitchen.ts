import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CompiledPolicy, DirectoryEntry, Guard, Session } from '@bothkeys/core'
import { createGuard, fileDirectory, inlineSource, loadPolicy } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { toolTarget, type ToolTarget } from '@bothkeys/langchain'
import { createDatabase } from '@bothkeys/local-postgres'
import { postgres, type PostgresTarget } from '@bothkeys/pg'
import pg from 'pg'
import { type Cluster, startCluster } from './cluster.js'
import type { Cookbook, Recipe } from './page.js'
import { People, RowApprover } from './people.js'

/** A guard with the policy of a recipe, and everything that it is about. */
export interface Kitchen {
  readonly policy: CompiledPolicy
  readonly entries: readonly DirectoryEntry[]
  readonly guard: Guard
  readonly people: People
  readonly approver: RowApprover
  readonly databases: ReadonlyMap<string, PostgresTarget>
  readonly clusters: ReadonlyMap<string, Cluster>
  readonly tools: ReadonlyMap<string, ToolTarget>
  /** The session of somebody of the directory, as `name` or `name for change`, or, as `… → role`, of a sub-agent of it with a role. */
  session(who: string): Promise<Session>
  close(): Promise<void>
}

/** How what was opened ends, the first first. */
type Closing = (() => Promise<unknown>)[]

/** Opens it: each target of the policy is a database or a cluster of its own, with the shop in it. */
export async function openKitchen(book: Cookbook, recipe: Recipe, serverUrl: string): Promise<Kitchen> {
  const policy = loadPolicy({ name: recipe.title, content: recipe.policy })
  const closing: Closing = []
  const close = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- What was opened last ends first.
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    const databases = new Map<string, PostgresTarget>()
    const clusters = new Map<string, Cluster>()
    const tools = new Map<string, ToolTarget>()
    for (const [name, { kind }] of policy.targets) {
      // oxlint-disable no-await-in-loop -- One by one.
      if (kind === 'postgres') databases.set(name, await database(name, book.tables, serverUrl, closing))
      else if (kind === 'kubernetes') clusters.set(name, await cluster(name, closing))
      else tools.set(name, toolTarget(name))
      // oxlint-enable no-await-in-loop
    }
    const directory = fileDirectory(await peopleFile(book.people, closing))
    const entries = await directory.list({ signal: AbortSignal.timeout(10_000), fresh: true })
    const people = new People(entries)
    const approver = new RowApprover(people)
    const guard = await createGuard({
      policy: inlineSource(recipe.policy, recipe.title),
      directory,
      identity: people.identity,
      targets: [...databases.values(), ...tools.values(), ...[...clusters.values()].map(({ target }) => target)],
      approvers: [approver],
      notifyGlass: () => Promise.resolve(),
      journal: memoryJournal(),
    })
    closing.push(() => guard.close())
    const session = sessions(guard, people)
    return { policy, entries, guard, people, approver, databases, clusters, tools, session, close }
  } catch (error) {
    await close()
    throw error
  }
}

function sessions(guard: Guard, people: People): Kitchen['session'] {
  const open = new Map<string, Session>()
  const session = async (who: string): Promise<Session> => {
    const known = open.get(who)
    if (known !== undefined) return known
    const [above = '', role] = who.split(' → ')
    const [name = '', change] = above.split(' for ')
    const opened =
      role === undefined
        ? await guard.openSession(people.credential(name), change === undefined ? {} : { change })
        : await (await session(above)).delegate({ roles: [role], ttlMs: 60_000 })
    open.set(who, opened)
    return opened
  }
  return session
}

async function database(name: string, tables: string, serverUrl: string, closing: Closing): Promise<PostgresTarget> {
  const made = await createDatabase(serverUrl)
  closing.push(() => made.drop())
  const owner = new pg.Client(made.url)
  await owner.connect()
  await owner.query(tables)
  await owner.end()
  return postgres(name, { connectionString: made.url })
}

async function cluster(name: string, closing: Closing): Promise<Cluster> {
  const started = await startCluster(name)
  closing.push(() => started.stop())
  return started
}

async function peopleFile(people: string, closing: Closing): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-cookbook-'))
  closing.push(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'people.yaml')
  await writeFile(path, people)
  return path
}

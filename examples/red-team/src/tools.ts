import { Agent } from 'node:http'
import { connect } from 'node:net'
import type { GuardApprovals, Session } from '@bothkeys/core'
import { bothkeysMiddleware, governTool, kubernetesTools, sqlTools } from '@bothkeys/langchain'
import type { ClusterTarget, SqlTarget, ToolTarget } from '@bothkeys/langchain'
import type { StructuredToolInterface } from '@langchain/core/tools'
import type { AgentMiddleware } from 'langchain'
import type { ClusterConfig } from '@bothkeys/tools'
import pg from 'pg'
import { type Cluster, withoutDoor } from './cluster.js'
import type { Database } from './database.js'
import { type Deeds, described, describeMail, deskTool, kubeTool, mailTool, psqlTool, shellTool } from './host-tools.js'

/** What stands before the database, the cluster and the office. */
export interface Doors {
  readonly shop: SqlTarget
  readonly cluster: ClusterTarget
  readonly office: ToolTarget
}

/** What an agent is given. */
export interface Given {
  readonly session: Session
  /** Of another agent, whose tools the host lends it by mistake. */
  readonly lent: Session
  readonly doors: Doors
  readonly isGoverned: boolean
  readonly deeds: Deeds
  readonly desk: string
  readonly submit: GuardApprovals['submit']
}

export interface Tools {
  readonly tools: readonly StructuredToolInterface[]
  readonly middleware: readonly AgentMiddleware[]
}

/** All tools at once. */
export function toolsOf({ deeds, desk, doors, isGoverned, lent, session, submit }: Given): Tools {
  const waiting = { wait: 'durable', decisions: ['approve', 'edit', 'reject', 'respond'], submit } as const
  const mail = mailTool(deeds)
  const { cluster, office, shop } = doors
  const tools = [
    ...sqlTools(session, shop, waiting),
    ...kubernetesTools(session, cluster, waiting),
    isGoverned ? governTool(mail, session, { target: office, describe: describeMail as never, ...waiting }) : mail,
    psqlTool(shop.pool(session, { max: 4, allowExitOnIdle: true })),
    kubeTool(cluster.config(session)),
    deskTool(desk),
    shellTool(deeds),
    ...sqlTools(lent, shop, { prefix: 'other', ...waiting }),
    ...kubernetesTools(lent, cluster, { prefix: 'other', ...waiting }),
  ]
  return {
    tools,
    middleware: isGoverned ? [bothkeysMiddleware({ session, target: office, tools: described, ...waiting })] : [],
  }
}

/** The same targets with nothing in front of them: every call is done as whoever the door would log in as. */
export async function bareDoors(
  governed: Doors,
  { doorUrl }: Database,
  cluster: Cluster,
): Promise<{ readonly doors: Doors; close(): Promise<void> }> {
  const pools: pg.Pool[] = []
  const proxy = await withoutDoor(cluster)
  // Every connection leads to the API server, as whoever may do everything.
  const agent = Object.assign(new Agent(), {
    createConnection: () => connect(Number(new URL(proxy.url).port), '127.0.0.1'),
  })
  const config: ClusterConfig = {
    getCurrentCluster: () => ({ server: proxy.url }),
    getCurrentContext: () => 'bare',
    getContextObject: () => ({ namespace: 'shop' }),
    applyToHTTPSOptions: (options) => {
      options.agent = agent as never
      return Promise.resolve()
    },
  }
  const close = (): Promise<void> => governed.shop.close()
  return {
    doors: {
      shop: {
        name: 'shop',
        kind: 'postgres',
        close,
        pool: (_, options) => {
          const pool = new pg.Pool({ ...options, connectionString: doorUrl, application_name: 'bothkeys:bare' })
          // Whoever makes the shop anew ends its connections.
          pool.on('error', () => undefined)
          pools.push(pool)
          return pool
        },
        onHeld: () => () => undefined,
        cancel: () => undefined,
      },
      cluster: { name: 'cluster', kind: 'kubernetes', close, config: () => config },
      office: governed.office,
    },
    close: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      proxy.close()
    },
  }
}

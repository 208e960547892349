import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  createGuard,
  fileDirectory,
  fileJournal,
  fileSource,
  unverifiedCredential,
  unverifiedIdentity,
  webhookApprover,
} from '@bothkeys/core'
import { startPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import { OrdersAgent } from './agent.js'
import { openShop, type Shop } from './shop.js'
import { startDesk } from './start-desk.js'

/** What the desk is told of Slack, of itself and of people, by the names of its variables (README.md). */
export interface DeskVariables extends Readonly<Record<string, string>> {
  readonly RELAY_URL: string
  readonly RELAY_PORT: string
  readonly PEOPLE_FILE: string
}

/** A shop, an agent with a door to it, and a desk in another process that asks people. */
export interface Scene {
  readonly shop: Shop
  readonly agent: OrdersAgent
  /** Where the door and the desk keep what happened. */
  readonly records: { readonly door: string; readonly desk: string }
  /** Ends the session and closes both records. */
  end(): Promise<void>
}

/** Has something told in a scene that is there for it alone. */
export async function inScene(desk: DeskVariables, tell: (scene: Scene) => Promise<void>): Promise<void> {
  const undo: (() => Promise<unknown>)[] = []
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-slack-approvals-'))
    undo.push(() => rm(folder, { recursive: true, force: true }))
    const server = await startPostgres()
    undo.push(() => server.stop())
    const shop = await openShop(server)
    undo.push(() => shop.close())
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const ENGINE_PUBLIC_KEY = JSON.stringify(publicKey.export({ format: 'jwk' }))
    const running = await startDesk({ ...desk, RELAY_FOLDER: folder, ENGINE_PUBLIC_KEY })
    undo.push(() => running.close())
    const target = postgres('shop', { connectionString: shop.doorUrl })
    const here = `http://127.0.0.1:${desk.RELAY_PORT}`
    const guard = await createGuard({
      engine: 'shop',
      policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
      directory: fileDirectory(desk.PEOPLE_FILE),
      identity: unverifiedIdentity(),
      targets: [target],
      approvers: [
        // It can ask with its key, and with nothing that it has can it approve.
        webhookApprover({
          name: 'desk',
          url: here,
          issuer: desk.RELAY_URL,
          jwks: `${here}/jwks.json`,
          engine: 'shop',
          key: privateKey,
          algorithm: 'ES256',
        }),
      ],
      journal: fileJournal(join(folder, 'door')),
    })
    undo.push(() => guard.close())
    const session = await guard.openSession({
      [unverifiedCredential]: {
        kind: 'agent',
        subject: 'orders-agent',
        owners: ['ada'],
        agentClass: 'orders',
        roles: ['orders-agent'],
      },
    })
    await tell({
      shop,
      agent: new OrdersAgent(session, target),
      records: { door: join(folder, 'door'), desk: join(folder, 'audit') },
      end: async () => {
        await session.close()
        await guard.close()
        await running.close()
      },
    })
  } finally {
    for (const step of undo.toReversed()) await step()
  }
}

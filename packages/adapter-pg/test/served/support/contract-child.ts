// The guard's side of the served contract: a process of its own, on the built packages. Takes unverified identities, as
// nothing but a test may.
import { randomBytes } from 'node:crypto'
import type { Session } from '@bothkeys/core'
import { answerStages } from '@bothkeys/core/testing'
import type { ServedOptions } from '@bothkeys/pg'
import { postgres } from '@bothkeys/pg'
import { contractPolicy } from './contract-policy.js'

/** What the test tells it for one case. */
export interface ChildConfig {
  readonly url: string
  readonly options: Omit<ServedOptions, 'admit' | 'onConnections'>
}

/** What it tells the test. */
export interface ChildDetails {
  readonly host: string
  readonly port: number
  readonly database: string
}

answerStages(process, async (config) => {
  // The test that forked this process sends it.
  const { options, url } = config as ChildConfig
  const target = postgres('db', { connectionString: url })
  const sessions = new Map<string, Session>()
  const door = await target.serve({
    ...options,
    admit: ({ password }) => {
      const session = sessions.get(password)
      if (session === undefined) return Promise.reject(new Error('nobody has this key'))
      return Promise.resolve({ session, release: () => undefined })
    },
  })
  const { database, host, port } = door
  return {
    target,
    policy: () => contractPolicy,
    details: { database, host, port } satisfies ChildDetails,
    keyOf: (session) => {
      const key = randomBytes(32).toString('base64url')
      sessions.set(key, session)
      return key
    },
    close: () => door.closed,
  }
})
process.on('disconnect', () => process.exit())

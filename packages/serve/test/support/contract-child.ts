// The guard's side of the served contract, with the sessions, capabilities and doors of this package: a process of its own.
// Takes unverified identities, as nothing but a test may.
import type { Session } from '@bothkeys/core'
import { answerStages } from '@bothkeys/core/testing'
import { postgres } from '@bothkeys/pg'
import { contractPolicy } from '../../../adapter-pg/test/served/support/contract-policy.js'
import { ServedSessions } from '../../src/sessions/served-sessions.js'

answerStages(process, async (config) => {
  // The test that forked this process sends it.
  const { folder, url } = config as { readonly folder: string; readonly url: string }
  const target = postgres('db', { connectionString: url })
  let opened: Session | undefined
  const sessions = new ServedSessions({
    open: () => (opened === undefined ? Promise.reject(new Error('no session is open')) : Promise.resolve(opened)),
    monotonicMs: () => performance.now(),
    limits: { sessions: 1_000, sessionsPerSubject: 100 },
  })
  const door = await target.serve({
    path: folder,
    maxConnections: 100,
    admit: (login, signal) => sessions.admit('db', login, signal),
  })
  const { database, host, port } = door
  return {
    target,
    policy: () => contractPolicy,
    details: { database, host, port },
    keyOf: async (session) => {
      opened = session
      const { capabilities } = await sessions.open({ token: 'x' }, ['db'])
      return capabilities['db'] ?? ''
    },
    close: () => door.closed,
  }
})
process.on('disconnect', () => process.exit())

// The process of an agent: a guard of its own, on the ledger that all of them share. Does what its parent says.
import { fileURLToPath } from 'node:url'
import type { Guard, Session } from '@bothkeys/core'
import {
  createGuard,
  fileDirectory,
  fileJournal,
  fileSource,
  signedApprover,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { postgres } from '@bothkeys/pg'
import { deskIssuer, type Order, type Said, type Setup } from './orders.js'

const setup = await new Promise<Setup>((resolve) => {
  process.once('message', resolve)
})
const shop = postgres('shop', { connectionString: setup.doorUrl })
const guard: Guard = await createGuard({
  policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
  directory: fileDirectory(fileURLToPath(new URL('../people.yaml', import.meta.url))),
  identity: unverifiedIdentity(),
  targets: [shop],
  approvers: [
    signedApprover({
      name: 'desk',
      issuer: deskIssuer,
      jwks: setup.jwks,
      notify: async ({ id, subject }) => say({ kind: 'asked', asked: { request: id, subject } }),
    }),
  ],
  journal: fileJournal(setup.journal),
  ledger: await postgresLedger({ connection: { connectionString: setup.ledgerUrl } }),
  takeover: { key: Buffer.from(setup.takeoverKey, 'hex'), afterMs: 3_000 },
})
let session: Promise<Session> | undefined
guard.on('sessionClosed', () => {
  session = undefined
  say({ kind: 'session closed' })
})

process.on('message', ({ order, what }: { readonly order: number; readonly what: Order }) => {
  void done(what)
    .catch(codeOf)
    .then((result) => {
      say({ kind: 'done', order, result })
    })
})
process.once('disconnect', () => void guard.close())
say({ kind: 'ready' })

async function done(order: Order): Promise<string> {
  switch (order.do) {
    case 'query':
      return rowsOf(order.sql)
    case 'ask for a grant': {
      const { uses } = order
      const drafts = { target: 'shop', duty: ['read', 'delete'], resource: 'table:public.drafts' } as const
      const grant = await (await opened()).requestGrant({ ...drafts, uses, ttlMs: 60_000, reason: 'old drafts' })
      return grant.id
    }
    case 'hand in': {
      const receipt = await guard.approvals.submit(order.request, order.evidence)
      return receipt.counted === false ? receipt.reason : String(receipt.counted)
    }
    case 'take back':
      return String(await guard.grants.revoke(order.grant, { reason: 'the wrong drafts' }))
    case 'revoke':
      await guard.revoke({ kind: 'person', issuer: 'unverified', id: order.person }, { reason: 'laptop stolen' })
      return 'revoked'
  }
}

async function rowsOf(sql: string): Promise<string> {
  const client = shop.pool(await opened(), { max: 1 })
  try {
    return `${String((await client.query(sql)).rowCount)} rows`
  } finally {
    await client.end()
  }
}

/** One agent, whichever process it runs in. */
function opened(): Promise<Session> {
  return (session ??= guard.openSession({
    [unverifiedCredential]: {
      kind: 'agent',
      subject: 'support-agent',
      owners: ['ada'],
      agentClass: 'support',
      roles: ['support-agent'],
    },
  }))
}

/** A refusal has its code; one that came over the wire has it in its detail. */
function codeOf(error: unknown): string {
  const { code, detail, message } = error as { readonly code?: string; readonly detail?: string; message: string }
  return /ERR_[A-Z_]+/.exec(`${code ?? ''} ${detail ?? ''}`)?.[0] ?? message
}

function say(said: Said): void {
  process.send?.(said)
}

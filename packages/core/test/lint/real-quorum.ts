import type { Approver } from '../../src/approvals/approver.js'
import { sessionAccess } from '../../src/access.js'
import { createGuard } from '../../src/guard.js'
import type { Directory, DirectoryEntry } from '../../src/identity/directory.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import type { Effect } from '../../src/model/effect.js'
import type { Principal } from '../../src/model/principal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'

/** The principal that a token of an account would make: with the roles, owners and class that the directory names. */
export function tokenOf({ record, subject }: DirectoryEntry): Principal {
  return makePrincipal({
    kind: record.kind,
    issuer: subject.issuer,
    id: subject.id,
    owners: record.owners,
    agentClass: record.agentClass,
    runRoot: undefined,
    key: undefined,
    roles: record.roles ?? [],
    verifiedBy: 'jwt',
    expiresAtMs: Date.parse('2100-01-01T00:00:00Z'),
  })
}

export function directoryOf(people: readonly DirectoryEntry[]): Directory {
  return {
    resolve: ({ id, issuer }) => people.find(({ subject }) => subject.id === id && subject.issuer === issuer)?.record,
    list: () => people,
  }
}

/**
 * Whether an action runs in a real guard when every one of `voters` says yes to it: with the real directory lookups, votes,
 * quorum, ledger and second look before it runs.
 */
export async function runsWith(
  content: string,
  people: readonly DirectoryEntry[],
  requester: DirectoryEntry,
  effects: readonly Effect[],
  voters: readonly DirectoryEntry[],
): Promise<boolean> {
  const everybody: Approver = {
    name: 'everybody',
    level: 'asserted',
    ask: async (request, vote) => {
      for (const voter of voters) await vote({ decision: 'allow', approver: tokenOf(voter), digest: request.digest })
      // Ends the request unless it is approved by then.
      throw new Error('nobody is left who could vote')
    },
  }
  const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'test', content }) },
    identity: { verify: () => Promise.resolve(tokenOf(requester)) },
    directory: directoryOf(people),
    targets: [target],
    approvers: [everybody],
    journal: memoryJournal(),
  })
  try {
    const session = await guard.openSession({ token: 'any' })
    const admission = await sessionAccess(session, target).admit({
      identity: { host: 'here' },
      description: { operation: 'query', text: 'x', recordedText: 'x', effects },
      parameters: [],
      stateEpoch: '1',
      inTransaction: false,
      signal: new AbortController().signal,
    })
    return admission.outcome === 'permitted'
  } finally {
    await guard.close()
  }
}

import type { Directory, DirectoryQuery, DirectoryRecord } from '../../src/identity/directory.js'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import { makePrincipal } from '../../src/identity/make-principal.js'
import type { Principal, Subject } from '../../src/model/principal.js'

export const issuer = 'https://idp.example'

export const account = (id: string): Subject => ({ issuer, id })

export function principalOf(id: string, facts: Partial<PrincipalFacts> = {}): Principal {
  return makePrincipal({
    kind: 'agent',
    issuer,
    id,
    owners: undefined,
    agentClass: undefined,
    runRoot: undefined,
    key: undefined,
    roles: ['reader', 'writer'],
    verifiedBy: 'jwt',
    expiresAtMs: Date.parse('2100-01-01T00:00:00Z'),
    ...facts,
  })
}

export function humanOf(id: string, facts: Partial<PrincipalFacts> = {}): Principal {
  return principalOf(id, { kind: 'human', roles: ['dba'], ...facts })
}

export function personRecord(
  person: string,
  ids: readonly string[],
  more: Partial<DirectoryRecord> = {},
): DirectoryRecord {
  return { kind: 'human', person, accounts: ids.map(account), disabled: false, ...more }
}

export function agentRecord(owners: readonly string[], more: Partial<DirectoryRecord> = {}): DirectoryRecord {
  return { kind: 'agent', owners: owners.map(account), disabled: false, ...more }
}

/** A directory that answers from a table, which a test may change. */
export class TableDirectory implements Directory {
  readonly table = new Map<string, unknown>()
  readonly asked: { readonly id: string; readonly fresh: boolean }[] = []

  constructor(records: Readonly<Record<string, unknown>> = {}) {
    for (const [id, record] of Object.entries(records)) this.table.set(id, record)
  }

  resolve(subject: Subject, query: DirectoryQuery): DirectoryRecord | undefined {
    this.asked.push({ id: subject.id, fresh: query.fresh })
    // Whatever a test put there, as a lying directory would.
    return this.table.get(subject.id) as DirectoryRecord | undefined
  }
}

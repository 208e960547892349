import type { DirectoryEntry, DirectoryRecord } from '../../src/identity/directory.js'
import type { Subject } from '../../src/model/principal.js'
import { policyOf } from './policies.js'

export { policyOf }

export const issuer = 'https://idp.example'

export const account = (id: string): Subject => ({ issuer, id })

/** A person with a record for each account. */
export function person(
  name: string,
  roles: readonly string[] | undefined,
  ids: readonly string[] = [name],
  more: Partial<DirectoryRecord> = {},
): readonly DirectoryEntry[] {
  const record = { kind: 'human', person: name, accounts: ids.map(account), roles, disabled: false, ...more } as const
  return ids.map((id) => ({ subject: account(id), record }))
}

/** An agent of its own class, unless another one is named. */
export function agent(
  id: string,
  owners: readonly string[],
  roles: readonly string[] | undefined,
  more: Partial<DirectoryRecord> = {},
): DirectoryEntry {
  const record = {
    kind: 'agent',
    owners: owners.map(account),
    agentClass: id,
    roles,
    disabled: false,
    ...more,
  } as const
  return { subject: account(id), record }
}

/** The ids of accounts. */
export function ids(accounts: readonly Subject[]): readonly string[] {
  return accounts.map(({ id }) => id)
}

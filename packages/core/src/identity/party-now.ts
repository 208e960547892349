import type { IndependentParty } from '../duties/independence.js'
import { accountOfKey } from '../duties/person.js'
import type { Dimension, Subject } from '../model/principal.js'
import type { CheckedRecord } from './directory-record.js'
import type { FindRecord } from './standing.js'
import { keysOf } from './standing.js'

/**
 * Somebody who is judged later, with what the directory says by now of them, of those who act for them and of their owners.
 * Accounts, people, owners and the class are added and never taken: who gave an agent away, or is disabled or gone by now, is
 * no less behind what was done. Without a directory they are who they were. Rejects as `find` does.
 */
export async function partyNow(party: IndependentParty, find: FindRecord | undefined): Promise<IndependentParty> {
  if (find === undefined) return party
  const record = await find(party.subject)
  const own = peopleOf(party.subject, record, find)
  const others = accountsBehind(party).map(async (account) => peopleOf(account, await find(account), find))
  const people = (await Promise.all([own, ...others])).flat()
  return {
    ...party,
    aliases: [...party.aliases, ...(record?.aliases ?? [])],
    owners: withPeople(party, people),
    agentClass: withClass(party.agentClass, record?.agentClass),
  }
}

/** The accounts of those who are accountable and of those who act. */
function accountsBehind({ actors, owners }: IndependentParty): readonly Subject[] {
  const known = typeof owners === 'string' ? [] : owners.known
  return [...known, ...actors].flatMap((key) => accountOfKey(key) ?? [])
}

/** Every name of the person whose account it is, or of those who own the agent. */
async function peopleOf(
  account: Subject,
  found: CheckedRecord | undefined,
  find: FindRecord,
): Promise<readonly string[]> {
  if (found === undefined || found.kind === 'human') return keysOf(account, found)
  const owners = await Promise.all(found.owners.map(async (owner) => keysOf(owner, await find(owner))))
  return owners.flat()
}

/** What conflicts with everybody goes on to: only a person may have no owner. */
function withPeople({ kind, owners }: IndependentParty, people: readonly string[]): Dimension {
  if (typeof owners !== 'string') return { known: [...owners.known, ...people] }
  return kind === 'human' && owners === 'none' ? { known: people } : owners
}

function withClass(before: Dimension, now: string | undefined): Dimension {
  return typeof before === 'string' || now === undefined ? before : { known: [...before.known, now] }
}

import { BothKeysError } from './errors.js'
import type { Directory } from './identity/directory.js'
import type { StandingNow } from './identity/standing.js'
import type { CompiledPolicy } from './policy/compiled.js'

/**
 * In the place of a directory: each account is taken for a person of its own, so that somebody with two accounts can turn two
 * keys. For tests and for a first look. It has to be said, because nobody would notice otherwise.
 */
export const accountsAsPeople: unique symbol = Symbol('bothkeys.accountsAsPeople')

/** What says who is a person. */
export type People = Directory | typeof accountsAsPeople

/** The directory, where there is one. */
export function directoryOf(people: People | undefined): Directory | undefined {
  return people === accountsAsPeople ? undefined : people
}

/** Throws ERR_CONFIG_INVALID when a policy lets people decide, and nothing says who is a person (RULES 2). */
export function assertPeopleKnown(people: People | undefined, { asksPeople }: CompiledPolicy): void {
  if (people !== undefined || !asksPeople) return
  throw new BothKeysError(
    'ERR_CONFIG_INVALID',
    'the policy lets people decide, and no directory says who is a person',
    {
      hint: 'give createGuard({ directory }) a directory, or accountsAsPeople to take each account for a person',
    },
  )
}

/**
 * Where nothing says who is a person, nobody is asked and nobody decides: a policy that holds may come later than the guard.
 * Throws ERR_APPROVAL_UNAVAILABLE.
 */
export const withoutPeople: StandingNow = () => {
  throw new BothKeysError('ERR_APPROVAL_UNAVAILABLE', 'approval is needed, but no directory says who is a person', {
    hint: 'give createGuard({ directory }) a directory, and start again',
  })
}

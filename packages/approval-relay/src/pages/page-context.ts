import type { Desk, DeskLevel, DeskPerson } from '../desk.js'
import type { LinkOffers } from '../linked-account.js'
import type { LoginMethod } from '../logins/login-method.js'
import type { RelayClock } from '../relay-clock.js'

/** What the pages are made of. */
export interface PageContext {
  readonly desk: Desk
  readonly logins: readonly LoginMethod[]
  /** Without a slash at its end. */
  readonly publicUrl: string
  readonly clock: RelayClock
  /** Links that somebody asked for in a channel. */
  readonly offers: LinkOffers
  readonly record: PageRecord
  readonly onFailure: (cause: unknown) => void
}

/** What the pages put into the relay's record. `reason` is a fixed word, never what somebody sent. Rejects when it is not recorded. */
export interface PageRecord {
  /** A login that succeeded, before anything is shown. */
  login(person: DeskPerson, method: string, level: DeskLevel): Promise<void>
  /** Bounded: many alike become one event with a count. */
  refused(reason: string, about?: { readonly method?: string; readonly person?: DeskPerson }): void
}

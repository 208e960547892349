import type { DeskPerson, DeskSubject } from './desk.js'

/** Somebody's account in a channel. Two accounts are the same when all three members are. */
export interface ChannelAccount {
  /** The name of the channel. */
  readonly channel: string
  /** The workspace or organization. */
  readonly team: string
  /** The id of the account there. */
  readonly user: string
}

/** Which account in a channel belongs to whom at their identity provider. Durable. */
export interface AccountLinks {
  /** Whose it is. Undefined: nobody's. */
  get(account: ChannelAccount): DeskSubject | undefined
  /** Rejects when it is not on disk; then it is not in force. */
  put(account: ChannelAccount, subject: DeskSubject): Promise<void>
  /** Takes a link away. Rejects when that is not on disk. */
  remove(account: ChannelAccount): Promise<void>
}

/**
 * What became of a code. `entered`: whoever began the link has to confirm it at the page once more. `not-offered`: nobody confirmed
 * such a link at the page within the last ten minutes.
 */
export type LinkEntry = 'entered' | 'wrong-code' | 'not-offered'

/** What became of a link. `not-entered`: the holder of the account has not entered the code. `not-offered`: this login began none. */
export type LinkEnd = 'linked' | 'not-entered' | 'not-offered'

/** A link that somebody began at the page. */
export interface BegunLink {
  readonly account: ChannelAccount
  readonly shownAs: string
  /** Whether the holder of the account entered the code. */
  readonly isEntered: boolean
}

/** Links that were offered to somebody in a channel. */
export interface LinkOffers {
  /** What was offered under a token, while it is good. */
  offered(token: string): { readonly account: ChannelAccount; readonly shownAs: string } | undefined
  /**
   * Takes the token and answers the code that the holder of the account has to enter in the channel within ten minutes: shown to
   * this person once, and to nobody else. Undefined when the token is not good any more. Nothing is linked yet. `login` names the
   * session of their login.
   */
  confirm(token: string, person: DeskPerson, login: string): string | undefined
  /** What was begun under a token in this very login, within the last ten minutes. */
  begun(token: string, login: string): BegunLink | undefined
  /** Links what was begun in this very login and entered since. Rejects when it is not recorded or not on disk; then it is not in force. */
  finish(token: string, login: string): Promise<LinkEnd>
}

import type { Desk, DeskDecision, DeskReceipt } from './desk.js'
import type { Route } from './http/route.js'
import type { AccountLinks, ChannelAccount, LinkEntry } from './linked-account.js'
import type { RelayClock } from './relay-clock.js'

/** A desk for a channel: what it decides is of level `channel` and says which channel it came by. */
export interface ChannelDesk extends Pick<Desk, 'pending' | 'entry' | 'history' | 'admit' | 'viewFor' | 'on'> {
  /** Decides as a desk does, at the level `channel` and by this channel. Never rejects. */
  decide(id: string, decision: Omit<DeskDecision, 'level' | 'via'>, signal: AbortSignal): Promise<DeskReceipt>
  /** Whose the channel's accounts are. */
  readonly links: Pick<AccountLinks, 'get' | 'remove'>
  /**
   * The address of a page where somebody who logs in can say that this account is theirs: good once, for ten minutes. Show it to
   * the holder of the account alone. `shownAs` is what the page calls the account. Throws ERR_LIMIT_EXCEEDED when too many are open.
   * An address can be passed on, so opening the page links nothing: see `enterCode`.
   */
  linkUrl(account: Omit<ChannelAccount, 'channel'>, shownAs: string): string
  /**
   * Notes that the holder of the account entered in the channel the code that the page showed to whoever confirmed the account
   * there. Take it from the holder alone. It links nothing: a code can be talked out of somebody, so they have to confirm once more, in the
   * same login, at a page that says whose account it is. Five wrong codes end the offer.
   */
  enterCode(account: Omit<ChannelAccount, 'channel'>, code: string): LinkEntry
  /** The page of one request. */
  requestUrl(id: string): string
  /** Puts a refusal into the relay's record: `reason` is a fixed word of the channel's, never what somebody sent. */
  refused(
    reason: string,
    about?: { readonly request?: string; readonly account?: Omit<ChannelAccount, 'channel'> },
  ): void
  /** Time: Unix milliseconds, and milliseconds that never go backwards. */
  readonly clock: RelayClock
}

/** A way to reach people outside the pages. */
export interface ApprovalChannel {
  /** In paths, records and decisions. Channels have different names. */
  readonly name: string
  /** Called once, before the relay listens. What it throws keeps the relay from being created. */
  start(desk: ChannelDesk, signal: AbortSignal): Promise<void>
  /** Served under exactly these paths, which must not begin with `/v1/`. */
  readonly routes?: readonly Pick<Route, 'method' | 'path' | 'maxBytes' | 'handle'>[]
  /** Ends what it has open. Nothing is asked of it afterwards. */
  close(): Promise<void>
}

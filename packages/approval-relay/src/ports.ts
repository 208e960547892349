import type { RelayedRequest } from '@bothkeys/core/relay'

/** An account at the identity provider where somebody authenticates. */
export interface DeskSubject {
  /** The identity provider (`iss`). */
  readonly issuer: string
  /** What it calls the account (`sub`). */
  readonly id: string
}

/** Somebody who looks or decides. Who they are in truth, the directory says each time. */
export interface DeskPerson {
  /** The account that they logged in with, or that is linked to theirs in a channel. */
  readonly subject: DeskSubject
  /** What they are called on a screen. Proves nothing. */
  readonly name?: string | undefined
}

/** How well a person authenticated for a decision. */
export type DeskLevel = 'channel' | 'signed' | 'phishing-resistant'

/** By which way a decision comes. A channel's is never above `channel`, whatever it says (RULES 5). */
export interface DecisionWay {
  /** `page`: somebody was logged in. `channel`: only an account of a channel is known. */
  readonly kind: 'page' | 'channel'
  /** The name of the login or of the channel. */
  readonly name: string
}

/** What one engine was told, and what it said about it. */
export interface DeskAnswer {
  /** From 1, in the order in which they were signed. */
  readonly n: number
  /** What was decided. */
  readonly decision: 'allow' | 'deny'
  /** Who decided. */
  readonly by: DeskPerson
  /** How strongly it is proven who they are. The engine takes no more than that. */
  readonly level: DeskLevel
  /** By which way it came. */
  readonly via: DecisionWay
  /** Unix milliseconds on the relay's clock. */
  readonly atMs: number
  /** What they wrote. Undefined: nothing. */
  readonly reason: string | undefined
  /** What the engine made of it. Undefined: it has not said yet. */
  readonly receipt: { readonly counted: true } | { readonly counted: false; readonly reason: string } | undefined
}

/** A request as somebody may see it: what is masked for them is not in it. */
export type ShownRequest = Omit<RelayedRequest, 'exact' | 'view'>

/** A request that waits for people. */
export interface DeskEntry {
  /** What anybody may see of it. What somebody may see is in their view. */
  readonly request: ShownRequest
  /** Unix milliseconds on the relay's clock. */
  readonly receivedAtMs: number
  /** What was signed so far, the oldest first. */
  readonly answers: readonly DeskAnswer[]
}

/** How a request ended. */
export type DeskEnd = 'consumed' | 'denied' | 'expired' | 'withdrawn' | 'void' | 'unavailable'

/** What is kept of a request that is over: neither its text nor its parameters. */
export interface HistoryLine {
  /** The id that its engine gave it. */
  readonly id: string
  /** Whose it was. */
  readonly engine: string
  /** The first digits of its digest. */
  readonly digestPrefix: string
  /** The name of the target. */
  readonly target: string
  /** The adapter's word for the action: `query`. */
  readonly operation: string
  /** The account that wanted it. */
  readonly requester: DeskSubject
  /** The duties of its effects, each once. */
  readonly duties: readonly string[]
  /** Unix milliseconds on the relay's clock. */
  readonly receivedAtMs: number
  /** Unix milliseconds, as the engine said. */
  readonly expiresAtMs: number
  /** Unix milliseconds on the relay's clock. */
  readonly endedAtMs: number
  /** How it ended. */
  readonly end: DeskEnd
  /** What was signed about it, the oldest first. */
  readonly answers: readonly DeskAnswer[]
}

/** What one person is shown of a request. */
export interface PersonView {
  /** Rendered by the relay from the exact action, escaped for a terminal: a page escapes it again. */
  readonly text: string
  /** The request as far as this person may see it. */
  readonly request: ShownRequest
  /** False when something was cut or hidden. */
  readonly complete: boolean
  /** True when values that the engine's policy masks are all that is missing: it can be allowed, at `channel` at most. */
  readonly hidden?: boolean
  /** True when statement and parameters are withheld from this person. */
  readonly masked: boolean
  /** What `decide` needs as `viewDigest`: that of exactly this text. */
  readonly digest: string
  /** The highest level at which this view can be allowed; deny is always possible. */
  readonly allowUpTo: DeskLevel
}

/** A decision as it comes from a page or a channel. */
export interface DeskDecision {
  /** What they decided. */
  readonly decision: 'allow' | 'deny'
  /** Who decides, by their account. */
  readonly person: DeskPerson
  /** How they are authenticated. */
  readonly level: DeskLevel
  /** By which way it comes. */
  readonly via: DecisionWay
  /** `PersonView.digest` of what the person was shown. */
  readonly viewDigest: string
  /** The person's own words, at most 1,000 characters. */
  readonly reason?: string | undefined
}

/**
 * What became of a decision. `decided`: it is signed, on disk and recorded. Otherwise nothing was signed:
 * `unknown` no such request, `over` it is not pending any more, `expired`, `other-view` something else was shown,
 * `partial-view` a cut or masked view cannot be allowed at that level, `refused-by-directory` the person is not known, not a
 * person or disabled, `directory-unavailable`, `already-answered` by this person in a
 * way that still stands, `too-many` of this person in a minute or for this
 * request, `malformed`, `failed` disk, record or key failed.
 */
export type DeskReceipt =
  | { readonly decided: true; readonly n: number; readonly level: DeskLevel; readonly atMs: number }
  | { readonly decided: false; readonly reason: DeskRefusal }

/** Why a decision was not taken. */
export type DeskRefusal =
  | 'unknown'
  | 'over'
  | 'expired'
  | 'other-view'
  | 'partial-view'
  | 'refused-by-directory'
  | 'directory-unavailable'
  | 'already-answered'
  | 'too-many'
  | 'malformed'
  | 'failed'

/** What happened to the request with this id. `changed`: an answer or a receipt came. */
export interface DeskEvents {
  /** A request came. */
  readonly added: readonly [id: string]
  /** An answer or a receipt came. */
  readonly changed: readonly [id: string]
  /** A request is over; this is what is kept of it. */
  readonly ended: readonly [id: string, line: HistoryLine]
}

/** Whether somebody may look and decide: a person that the directory knows and has not disabled. */
export type Admission =
  | { readonly admitted: true; readonly person: string }
  | { readonly admitted: false; readonly reason: 'refused-by-directory' | 'directory-unavailable' }

/** The requests of all engines, and the one way to decide them. */
export interface Desk {
  /** The requests that wait for people. */
  pending(): readonly DeskEntry[]
  /** One of them. Undefined: it is over or was never there. */
  entry(id: string): DeskEntry | undefined
  /** The latest first. */
  history(limit: number): readonly HistoryLine[]
  /** Asks the directory anew. Never rejects. */
  admit(person: DeskPerson, signal: AbortSignal): Promise<Admission>
  /**
   * What this person may see of a request now; undefined when it is not pending. Without a person: what anybody in a channel
   * may see. Never rejects: a directory that fails shows no more than to somebody without roles.
   */
  viewFor(id: string, person: DeskPerson | undefined, signal: AbortSignal): Promise<PersonView | undefined>
  /**
   * Never rejects. Takes no longer than directory, key and disk may: 30 seconds. When `signal` aborts before the decision is on disk,
   * it fails and nothing counts.
   */
  decide(id: string, decision: DeskDecision, signal: AbortSignal): Promise<DeskReceipt>
  /** Answers how to stop listening. What a listener throws is told to `onFailure` and stops nothing. */
  on<K extends keyof DeskEvents>(event: K, listener: (...args: DeskEvents[K]) => void): () => void
}

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

/** Time as a port. */
export interface RelayClock {
  /** Unix milliseconds. */
  wallMs(): number
  /** Milliseconds that never go backwards. */
  monotonicMs(): number
}

/** Who logged in. */
export interface LoggedIn {
  /** Their account. */
  readonly subject: DeskSubject
  /** What the provider calls them, to be shown. It decides nothing. */
  readonly name?: string | undefined
  /** How they authenticated, as the provider says it. */
  readonly level: Exclude<DeskLevel, 'channel'>
  /** Unix milliseconds: when they really did, which may be long before this login. */
  readonly authenticatedAtMs: number
  /** Unix milliseconds: until when the provider lets the login last. Undefined: it does not say. */
  readonly expiresAtMs?: number | undefined
}

/** A way to log in at the pages. */
export interface LoginMethod {
  /** In the path of its URLs and on its button. Methods have different names. */
  readonly name: string
  /**
   * The issuer of everybody who logs in by it: a login that names somebody of another issuer is refused. No two methods speak for
   * the same, so that whoever has an account at one is as well authenticated as that one does it.
   */
  readonly issuer: string
  /**
   * True: a page of the provider posts the answer (HTTP-POST of SAML), so that the cookie of the login has to come along from
   * another site. Default false: the browser follows a link to the answer, and the cookie comes along with nothing else.
   */
  readonly isPosted?: boolean
  /** `state` is kept by the pages, bound to the browser, and given to `finish` once. */
  begin(
    context: { readonly loginId: string; readonly callbackUrl: string },
    signal: AbortSignal,
  ): Promise<{ readonly redirect: string; readonly state: string }>
  /** Verifies the provider's answer. Rejects when it does not belong to what was begun, or says nobody. */
  finish(
    answer: {
      readonly method: string
      readonly url: URL
      readonly form: URLSearchParams
      readonly state: string
      readonly callbackUrl: string
    },
    signal: AbortSignal,
  ): Promise<LoggedIn>
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

/** What came in over HTTP. */
export interface Incoming {
  /** Other methods are answered before any route. */
  readonly method: 'GET' | 'POST'
  /** As it was received, with the query. */
  readonly path: string
  /** On the public URL. */
  readonly url: URL
  /** The parts of the path that the route names, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Lower-case names. Authorization, Content-Type, Content-Length, Cookie, Host and Origin come at most once. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Raw bytes, at most `maxBytes`. */
  readonly body: Uint8Array
}

/** What goes out. */
export interface Outgoing {
  /** The HTTP status. */
  readonly status: number
  /** Set-Cookie may be a list. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Text goes out as UTF-8. Undefined: empty. */
  readonly body?: string | Uint8Array | undefined
  /**
   * In place of a body: writes chunks until it resolves (server-sent events). `signal` aborts when the client goes or the relay
   * closes; `send` answers false when the client reads too slowly and should be dropped.
   */
  readonly stream?: ((send: (chunk: string) => boolean, signal: AbortSignal) => Promise<void>) | undefined
}

/** One path of the server. */
export interface Route {
  /** One method of the path: another one is another route. */
  readonly method: 'GET' | 'POST'
  /** Segments that begin with `:` match one segment: `/requests/:id`. */
  readonly path: string
  /** `page`: only under the Host of the public URL, otherwise 421. `open`: under any. */
  readonly kind: 'page' | 'open'
  /** The longest body in bytes. Default 64 KiB for a POST. */
  readonly maxBytes?: number | undefined
  /** What it throws is answered with 500 and told to `onFailure`. `signal` aborts when the relay closes, and with GET when the client goes. */
  handle(incoming: Incoming, signal: AbortSignal): Promise<Outgoing>
}

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

/** Signs approvals and never shows its key. */
export interface Signer {
  /** The algorithm of its key, as in the header of what it signs. */
  readonly algorithm: 'ES256' | 'EdDSA' | 'Ed25519'
  /** The `kid` of its key, as in the header of what it signs. */
  readonly keyId: string
  /** The public key, as it is served at `/jwks.json`. */
  readonly publicJwk: Readonly<Record<string, string>>
  /**
   * The signature over the JWS signing input (RFC 7515 section 5.1), in the form of RFC 7518 section 3.4 or RFC 8037. `signal` aborts
   * after ten seconds, when the decision is given up: nothing is signed for it then.
   */
  sign(signingInput: Uint8Array, signal: AbortSignal): Promise<Uint8Array>
}

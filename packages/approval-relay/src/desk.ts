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

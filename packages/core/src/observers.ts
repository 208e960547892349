import { EventEmitter } from 'eventemitter3'
import type { Revocable } from './duties/revoked.js'
import type { BrokenGlass } from './glass/broken-glass.js'
import type { GlassVerdict } from './glass/glass-review.js'
import type { GlassEnd } from './glass/open-glass.js'
import type { GrantEnd } from './grants/open-grant.js'
import { letGo } from './model/maybe-promise.js'
import type { Outcome } from './outcome.js'
import type { JournalBehind } from './record/noted-head.js'
import type { Refusal } from './refusal.js'
import type { Verdict } from './reviews/said.js'
import type { SinkEvents } from './sinks/sink-events.js'

/** What observers may listen to. Nothing the guard enforces depends on a listener. */
export interface ObserverEvents extends SinkEvents {
  /** An action is let through: its intent is recorded. */
  permitted: { readonly session: string; readonly action: string; readonly rules: readonly string[] }
  /** An action is refused. */
  denied: { readonly session: string; readonly refusal: Refusal }
  /** An action is over, and its outcome recorded. */
  settled: { readonly session: string; readonly action: string; readonly outcome: Outcome }
  /** An approval was asked for. */
  held: {
    readonly session: string
    readonly request: string
    readonly digest: string
    readonly rules: readonly string[]
  }
  /** Somebody broke glass: holds are lifted from now on. Who must know is told before, by `notifyGlass`. */
  glassBroken: BrokenGlass
  /** Holds are in force again. */
  glassEnded: { readonly glass: string; readonly session: string; readonly end: GlassEnd }
  /** Somebody independent looked at it. Only `justified` lets its breaker break glass again. */
  glassReviewed: { readonly glass: string; readonly verdict: GlassVerdict }
  /** Somebody independent looked at what a history chain wants reviewed. Only `justified` lets whoever did it go on. */
  workReviewed: { readonly work: string; readonly verdict: Verdict }
  /** People signed that something is revoked no more. */
  revocationLifted: { readonly revocation: string; readonly what: Revocable }
  /** People granted something: actions that it covers are held no more. */
  grantGiven: { readonly grant: string; readonly session: string; readonly target: string }
  /** A grant lets nothing through any more. */
  grantEnded: { readonly grant: string; readonly session: string; readonly end: GrantEnd }
  /** The library itself failed; the action did not run. */
  failure: { readonly session: string; readonly refusal: Refusal; readonly cause: unknown }
  /** A policy is in force: the first one, or after a reload. */
  policyLoaded: { readonly digest: string; readonly change: 'start' | 'same' | 'narrowing' | 'widening' }
  /** The journal is not all that its noted head says that it was. Comes right after the guard was created. */
  journalBehind: JournalBehind
  /** There is no directory, so every account counts as a person of its own. Comes right after the guard was created. */
  withoutDirectory: Readonly<Record<string, never>>
  /** A reload was refused; the policy from before stays in force. */
  policyRejected: { readonly error: Error }
  /** A session is open and recorded. */
  sessionOpened: { readonly session: string }
  /** A session is closed, by whomever. */
  sessionClosed: { readonly session: string }
}

/** Typed observers whose exceptions never reach the path that is being observed. */
export class Observers {
  // eventemitter3 cannot tie a listener's argument to a generic event name; the methods below do.
  readonly #emitter = new EventEmitter()

  on<Name extends keyof ObserverEvents>(name: Name, listener: (event: ObserverEvents[Name]) => void): () => void {
    // A listener that throws must not stop the ones behind it either, so each is wrapped on its own.
    const guarded = (event: ObserverEvents[Name]): void => {
      try {
        letGo(listener(event))
      } catch {
        // An observer's failure is the observer's.
      }
    }
    this.#emitter.on(name, guarded)
    return () => {
      this.#emitter.off(name, guarded)
    }
  }

  emit<Name extends keyof ObserverEvents>(name: Name, event: ObserverEvents[Name]): void {
    this.#emitter.emit(name, event)
  }
}

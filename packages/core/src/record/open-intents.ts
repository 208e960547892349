import type { EventDraft, RecordedEvent } from './event.js'

/** Follows which intents have no outcome yet. */
export class OpenIntents {
  readonly #sessions = new Map<string, string>()

  get size(): number {
    return this.#sessions.size
  }

  take(event: RecordedEvent): void {
    const { id, intent } = event
    if (event.type === 'action.intent' && typeof id === 'string') this.#sessions.set(id, event.session)
    else if (event.type === 'action.outcome' && typeof intent === 'string') this.#sessions.delete(intent)
  }

  /**
   * Closes each with the outcome `unknown`, in its own session: the process that ran it is gone, so nobody knows whether
   * the target did it.
   */
  unknownOutcomes(): readonly EventDraft[] {
    return [...this.#sessions].map(([intent, session]) => ({
      type: 'action.outcome',
      session,
      body: { intent, outcome: 'unknown', reason: 'recovered' },
    }))
  }
}

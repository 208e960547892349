import type { HeldNotice, OnHeld } from '@bothkeys/core/adapter'
import type { Where } from './claims.js'
import { type Deferred, deferred } from './deferred.js'

/** One time that people are asked about something that a call does. */
export interface Hold {
  readonly notice: HeldNotice
  /** Resolves when they allowed it. */
  readonly allowed: Deferred<void>
}

/** What says that others may, or may not, go on with the call. */
interface Turns {
  readonly waits: () => Promise<void>
  readonly goesOn: () => Promise<void>
}

/** What a call waits for: people, and whoever made it. It may be asked about more than once. */
export class Holds {
  /** The one that it waits for now. */
  current: Hold | undefined
  last: HeldNotice | undefined
  /** Somebody else may go on waiting. */
  isLeft = false
  /** Taken back while it waited: for whoever makes the call again, it waits still. */
  isTakenBack = false
  /** Where it may not go on then. */
  takenBackFrom: Where = 'here'
  #next = deferred<void>()
  #back = deferred<void>()

  /** Resolves when people are asked once more. */
  get next(): Promise<void> {
    return this.#next.promise
  }

  /** It was taken back somewhere else, after people were asked this. */
  wasTakenBack(notice: HeldNotice): void {
    this.last = notice
    this.isTakenBack = true
  }

  /** Whoever made the call waits for it now. */
  isBack(): void {
    this.#back.resolve()
  }

  /** Whoever made it does something else again. */
  hasLeft(): void {
    this.#back = deferred()
  }

  /** Says when people are asked, and lets nothing run before whoever made the call is back. */
  heard({ goesOn, waits }: Turns): OnHeld {
    return (notice) => {
      const hold: Hold = { notice, allowed: deferred() }
      const waiting = waits()
      waiting.then(
        () => {
          this.#begin(hold)
        },
        () => undefined,
      )
      return async () => {
        await waiting
        hold.allowed.resolve()
        await this.#whenBack(goesOn)
        this.current = undefined
      }
    }
  }

  #begin(hold: Hold): void {
    this.current = hold
    this.last = hold.notice
    const next = this.#next
    this.#next = deferred()
    next.resolve()
  }

  /** In the same turn: whoever made it may leave again. */
  async #whenBack(goesOn: Turns['goesOn']): Promise<void> {
    let back: Deferred<void>
    do {
      back = this.#back
      await back.promise
    } while (back !== this.#back)
    await goesOn()
  }
}

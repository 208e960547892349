import { BothKeysError } from './errors.js'
import type { Clock } from './model/clock.js'
import type { Observers } from './observers.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import { cursorNotKept } from './refusal.js'
import type { PumpPorts } from './sinks/pump.js'
import { SinkPump, usualTimes } from './sinks/pump.js'
import type { Sink } from './sinks/sink.js'

/** How long sinks may take to get what is left when a guard closes. */
const closingMs = 5_000

/** What feeds the sinks of a guard. */
export interface GuardSinks {
  /** Begins, once whoever created the guard can listen. */
  start(): void
  /** Sends what is left, for 5 seconds at most, and says what could not be sent. */
  close(): Promise<unknown>
}

/** Builds it. Throws ERR_CONFIG_INVALID when the journal is one that feeds no sinks. */
export function guardSinks(
  sinks: readonly Sink[],
  { clock, journal, observers }: { readonly clock: Clock; readonly journal: Journal; readonly observers: Observers },
): GuardSinks {
  const ports: PumpPorts = {
    clock,
    random: Math.random,
    behind(event) {
      observers.emit('sinkBehind', event)
    },
    recovered(event) {
      observers.emit('sinkRecovered', event)
    },
    stopped(event) {
      observers.emit('sinkStopped', event)
    },
  }
  const onFailure = (cause: unknown): void => {
    observers.emit('failure', { session: engineSession, refusal: cursorNotKept, cause })
  }
  const pumps = sinks.map((sink) => {
    const follower = journal.follow?.(sink.name, onFailure)
    if (follower !== undefined) return new SinkPump(sink, follower, ports, usualTimes)
    throw new BothKeysError('ERR_CONFIG_INVALID', 'createGuard: the journal feeds no sinks', {
      hint: 'use fileJournal, or give the journal a follow method',
    })
  })
  return {
    start() {
      setImmediate(() => {
        for (const pump of pumps) pump.start()
      })
    },
    close: () => Promise.all(pumps.map((pump) => pump.close(closingMs))),
  }
}

import type { Guard } from '@bothkeys/core'
import { ledgerOf } from './build/guard-parts.js'
import { targetOf } from './build/targets.js'
import { closeAll } from './close-all.js'
import type { ControlListener } from './control/listener.js'
import { openControlListener } from './control/listener.js'
import type { Readiness } from './control/readiness.js'
import { ReadinessChecks } from './control/readiness.js'
import { route } from './control/routes.js'
import type { ServedDoor } from '@bothkeys/pg'
import { openDoor } from './door.js'
import { Metrics } from './metrics.js'
import type { ServeOptions } from './serve-options.js'
import { assertServeOptions, placesOf } from './serve-options.js'
import { addressOf, checksOf, countedAdmit, openGuard, portsOf } from './serve-parts.js'
import { ServedSessions } from './sessions/served-sessions.js'

/** The doors, open. */
export interface Served {
  /** The guard of all doors. */
  readonly guard: Guard
  /** The URL of each target's door. They hold no secret. */
  readonly doors: Readonly<Record<string, string>>
  /** Where the control listeners are, in the order of the configuration. */
  readonly control: readonly string[]
  /** Whether the process can do its work, as of a moment ago at most, and what is missing. Never rejects. */
  readiness(): Promise<Readiness>
  /** Says that it is not ready, lets nobody in, waits for what runs up to the deadline, and closes everything. Idempotent. */
  drain(deadlineMs?: number): Promise<void>
  /** Ends every connection now, and closes the journal well. Also while a drain waits. Idempotent. */
  close(): Promise<void>
}

/**
 * Opens the doors of a configuration in this process: guard, control listeners, then a door for each target. A target that cannot
 * be reached does not keep it from starting: it is not ready then, and logins are refused. Throws ERR_CONFIG_INVALID for files that
 * others can read or write and for addresses that cannot be had, and what `createGuard` throws; nothing is left open then.
 *
 * @example
 * const served = await serve({ config: parseConfig('serve.yaml', text), folder: '/etc/bothkeys' })
 * process.once('SIGTERM', () => void served.drain())
 */
export async function serve(options: ServeOptions): Promise<Served> {
  assertServeOptions('serve', options)
  const { config } = options
  const places = placesOf(options)
  const targets = config.targets.map((each) => targetOf(each, places))
  const metrics = new Metrics(config.targets.map(({ name }) => name))
  const journal = { fails: false }
  const ledger = await ledgerOf(config.ledger, places)
  const guard = await openGuard(options, places, { targets, metrics, ledger, journal })
  const doors = new Map<string, ServedDoor>()
  const listeners: ControlListener[] = []
  const monotonicMs = (): number => performance.now()
  const sessions = new ServedSessions({
    open: (credential) => guard.openSession(credential),
    monotonicMs,
    limits: config.limits,
  })
  guard.on('sessionClosed', ({ session }) => sessions.ended(session))
  const readiness = new ReadinessChecks(checksOf(guard, targets, ledger, journal), monotonicMs)
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => {
    readiness.drain()
    sessions.refuseNew()
    closing ??= closeAll([...doors.values(), ...listeners], guard)
    return closing
  }
  let draining: Promise<void> | undefined
  const drain = async (deadlineMs: number): Promise<void> => {
    readiness.drain()
    sessions.refuseNew()
    await Promise.allSettled([...doors.values()].map((door) => door.drain(deadlineMs)))
    await close()
  }
  try {
    const ports = portsOf({ config, guard, sessions, metrics, readiness, doors, guarded: targets })
    for (const listener of config.control) {
      const address = addressOf(listener, places)
      listeners.push(
        await openControlListener({
          address,
          answer: (request, body) => route(request, body, ports, listener),
          maxRequests: config.limits.requests,
        }),
      )
    }
    for (const [index, target] of targets.entries()) {
      const door = config.targets[index]
      if (door === undefined) continue
      const admit = countedAdmit(sessions, metrics, target.name)
      doors.set(target.name, await openDoor(target, door, places, admit))
    }
  } catch (error) {
    await close().catch(() => undefined)
    throw error
  }
  return Object.freeze({
    guard,
    doors: Object.freeze(Object.fromEntries([...doors].map(([name, { url }]) => [name, url]))),
    control: Object.freeze(listeners.map(({ url }) => url)),
    readiness: () => readiness.now(),
    drain: (deadlineMs = config.drainSeconds * 1_000) => {
      draining ??= drain(deadlineMs)
      return draining
    },
    close,
  })
}

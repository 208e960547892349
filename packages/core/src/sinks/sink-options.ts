import { wrongOption } from '../known-options.js'
import { followerName } from '../record/cursor.js'
import type { Sink, SinkOptions } from './sink.js'

/** The options that every sink has. */
export const sinkOptionNames: readonly (keyof SinkOptions)[] = ['name', 'batchEvents', 'batchBytes', 'deadlineMs']

/** What bounds the deliveries of a sink. */
export interface SinkLimits {
  readonly batchEvents: number
  readonly batchBytes: number
  readonly deadlineMs: number
}

/** Reads them, with their defaults, and looks at the name. Throws ERR_CONFIG_INVALID. */
export function sinkLimits(of: string, options: SinkOptions): SinkLimits {
  const { batchBytes = 1024 * 1024, batchEvents = 500, deadlineMs = 30_000, name } = options
  if (typeof name !== 'string' || !followerName.test(name))
    throw wrongOption(of, 'name must be 1 to 64 of a-z, 0-9, ".", "_" and "-", and begin with a letter or a digit')
  return {
    batchEvents: whole(of, 'batchEvents', batchEvents, 10_000),
    batchBytes: whole(of, 'batchBytes', batchBytes, 16 * 1024 * 1024),
    deadlineMs: whole(of, 'deadlineMs', deadlineMs, 600_000),
  }
}

/** A whole number from 1 on. Throws ERR_CONFIG_INVALID for anything else. */
export function whole(of: string, name: string, value: unknown, most: number): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= most) return value
  throw wrongOption(of, `${name} must be a whole number from 1 to ${String(most)}`)
}

/** Refuses what is no sink, and two of one name, which would share a place in the journal. Throws ERR_CONFIG_INVALID. */
export function assertSinks(sinks: unknown): asserts sinks is readonly Sink[] {
  if (!Array.isArray(sinks)) throw wrongOption('createGuard', 'sinks must be a list')
  const names = new Set<string>()
  for (const sink of sinks as readonly unknown[]) {
    if (typeof sink !== 'object' || sink === null || typeof (sink as Partial<Sink>).deliver !== 'function')
      throw wrongOption('createGuard', 'sinks must hold sinks: httpSink(…)')
    const { name } = sink as Sink
    sinkLimits('createGuard.sinks', sink as Sink)
    if (names.has(name)) throw wrongOption('createGuard', `there are two sinks ${name}`)
    names.add(name)
  }
}

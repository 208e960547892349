import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Sink, SinkBatch, SinkContext, SinkOptions } from './sink.js'
import { taken } from './sink.js'
import { sinkLimits, sinkOptionNames } from './sink-options.js'

/** What a callback sink calls. */
export interface CallbackSinkOptions extends SinkOptions {
  /**
   * Resolves once it has the events; rejects, and gets them again. It has to settle once `signal` aborts: until it does it is
   * not called again.
   */
  readonly deliver: (batch: SinkBatch, context: SinkContext) => Promise<void>
}

const optionNames: ReadonlySet<string> = new Set<keyof CallbackSinkOptions>([...sinkOptionNames, 'deliver'] as const)

/**
 * Hands the events of the journal to a function, batch by batch, at least once. What it throws is the `cause` of what observers
 * are told. Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * callbackSink({ name: 'siem', deliver: async ({ events }, { signal }) => siem.send(events, { signal }) })
 */
export function callbackSink(options: CallbackSinkOptions): Sink {
  assertKnownOptions(of, options, optionNames)
  const limits = sinkLimits(of, options)
  const { deliver, name } = options
  if (typeof deliver !== 'function') throw wrongOption(of, 'deliver must be a function')
  return Object.freeze<Sink>({
    name,
    ...limits,
    async deliver(batch, context) {
      await deliver(batch, context)
      return taken
    },
  })
}

const of = 'callbackSink'

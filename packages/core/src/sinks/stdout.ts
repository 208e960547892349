import type { Writable } from 'node:stream'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Delivery, Sink, SinkOptions } from './sink.js'
import { linesOf, taken } from './sink.js'
import { sinkLimits, sinkOptionNames } from './sink-options.js'

/** Where a stdout sink writes. */
export interface StdoutSinkOptions extends SinkOptions {
  /** Default: `process.stdout`. */
  readonly stream?: Writable
}

const optionNames: ReadonlySet<string> = new Set<keyof StdoutSinkOptions>([...sinkOptionNames, 'stream'] as const)

/**
 * Writes the events of the journal to a stream, one line of RFC 8785 JSON for each. A batch is taken when the stream has
 * written it; a reader that is slow is waited for, with one batch in memory. While the guard is open an error of the stream,
 * such as a reader that is gone, does not end the process: it is reported. Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * const guard = await createGuard({ …, sinks: [stdoutSink({ name: 'stdout' })] })
 */
export function stdoutSink(options: StdoutSinkOptions): Sink {
  assertKnownOptions(of, options, optionNames)
  const limits = sinkLimits(of, options)
  const { name, stream = process.stdout } = options
  if (typeof (stream as Partial<Writable> | null)?.write !== 'function')
    throw wrongOption(of, 'stream must be writable')
  let listens = false
  return Object.freeze<Sink>({
    name,
    ...limits,
    deliver(batch) {
      // The callback of the write tells what went wrong.
      if (!listens) stream.on('error', ignored)
      listens = true
      return new Promise<Delivery>((resolve) => {
        // Once written it cannot be taken back, so that no signal ends it.
        stream.write(linesOf(batch), (cause) => {
          resolve(cause ? { outcome: 'failed', why: 'the stream cannot be written to', cause } : taken)
        })
      })
    },
    close() {
      stream.off('error', ignored)
      listens = false
      return Promise.resolve()
    },
  })
}

const of = 'stdoutSink'

const ignored = (): void => undefined

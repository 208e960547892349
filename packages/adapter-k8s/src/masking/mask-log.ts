import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream'
import { maskingFailure } from './masking-failure.js'

/** Makes streams that mask bytes of text on their way. Core's `Masker` is one. */
export interface LogMasker {
  stream(): Duplex
}

/**
 * Masks plain text as it comes, as the logs of a pod are. Undefined: no rule of the policy wants detectors. Fails with
 * ERR_INTERNAL and nothing of the text in it when finding does, or when the text breaks off.
 */
export async function* maskLog(
  source: AsyncIterable<Uint8Array>,
  masker: LogMasker | undefined,
): AsyncGenerator<Uint8Array, void> {
  try {
    if (masker === undefined) {
      yield* source
      return
    }
    // What goes wrong in the pipeline destroys the stream, and reading from it fails.
    const stream = pipeline(source, masker.stream(), () => undefined)
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk
  } catch (error) {
    throw maskingFailure(error)
  }
}

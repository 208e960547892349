import { maskBytes } from './stream-bytes.js'
import { maskText, type MaskStream, type MaskStreamOptions } from './stream.js'

/** When a stream is idle. */
export interface IdleOptions {
  /**
   * Calls `flush` when nothing has come for a while, unless the function that it returns is called before: a timer of the
   * host's. Without it nothing is given out before it is decided.
   */
  readonly whenIdle?: (flush: () => void) => () => void
}

/** {@link maskText} as a transform of web streams. Keeps back-pressure: it takes no more than its reader asks for. */
export function maskTextTransform({
  whenIdle,
  ...options
}: MaskStreamOptions & IdleOptions): TransformStream<string, string> {
  return transform(maskText(options), whenIdle)
}

/** {@link maskBytes} as a transform of web streams. Keeps back-pressure: it takes no more than its reader asks for. */
export function maskBytesTransform({
  whenIdle,
  ...options
}: MaskStreamOptions & IdleOptions): TransformStream<Uint8Array, Uint8Array> {
  return transform(maskBytes(options), whenIdle)
}

function transform<Chunk extends { readonly length: number }>(
  stream: MaskStream<Chunk>,
  whenIdle: IdleOptions['whenIdle'],
): TransformStream<Chunk, Chunk> {
  let cancel = (): void => undefined
  return new TransformStream<Chunk, Chunk>({
    transform(chunk, controller) {
      cancel()
      const give = (output: Chunk): void => {
        if (output.length > 0) controller.enqueue(output)
      }
      give(stream.push(chunk))
      cancel =
        whenIdle?.(() => {
          try {
            give(stream.flush())
          } catch (error) {
            controller.error(error)
          }
        }) ?? cancel
    },
    flush(controller) {
      cancel()
      const rest = stream.end()
      if (rest.length > 0) controller.enqueue(rest)
    },
  })
}

import type { StreamWork } from './masker-stream.js'

type Transformer<Chunk> = NonNullable<ConstructorParameters<typeof TransformStream<Chunk, Chunk>>[0]>

/** Carries the work of a stream as a web stream. The chunks are what the content of the stream says. */
export function webStream<Chunk>(work: StreamWork): TransformStream<Chunk, Chunk> {
  let stopTimer: (() => void) | undefined
  let onAbort: (() => void) | undefined
  const over = (): void => {
    stopTimer?.()
    if (onAbort !== undefined) work.signal?.removeEventListener('abort', onAbort)
  }
  const give = (output: unknown, controller: TransformStreamDefaultController<Chunk>): void => {
    // What the work gives is of the content that this stream is made for.
    if ((output as string | Uint8Array).length > 0) controller.enqueue(output as Chunk)
  }
  const fail = (error: unknown, controller: TransformStreamDefaultController<Chunk>): void => {
    over()
    controller.error(error)
  }
  // `cancel` came to the standard late: where it is unknown, the timer finds a stream that takes no more.
  const transformer: Transformer<Chunk> & { cancel(): void } = {
    start(controller) {
      const { signal } = work
      onAbort = () => {
        fail(signal?.reason, controller)
      }
      if (signal?.aborted === true) onAbort()
      else signal?.addEventListener('abort', onAbort, { once: true })
    },
    transform(chunk, controller) {
      stopTimer?.()
      try {
        for (const output of work.take(chunk)) give(output, controller)
      } catch (error) {
        over()
        throw error
      }
      if (work.idleMs === Infinity) return
      stopTimer = work.timer(work.idleMs, () => {
        try {
          give(work.flush(), controller)
        } catch (error) {
          fail(error, controller)
        }
      })
    },
    flush(controller) {
      over()
      give(work.end(), controller)
    },
    cancel: over,
  }
  return new TransformStream(transformer)
}

import { untilAborted } from '../streams/until-aborted.js'

/** Takes a step for as long as somebody waits for it: what ends when nobody does any more is none, and rejects with the reason. */
export async function unlessAborted<Result>(signal: AbortSignal, step: () => Promise<Result>): Promise<Result> {
  signal.throwIfAborted()
  const result = await untilAborted(step(), signal)
  signal.throwIfAborted()
  return result
}

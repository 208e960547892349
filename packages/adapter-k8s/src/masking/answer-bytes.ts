import { setImmediate } from 'node:timers/promises'
import { maskingFailure } from './masking-failure.js'

/** Masks the bytes of one answer as they come. What it answers may go out. Both throw when something is wrong. */
export interface AnswerMask {
  push(bytes: Uint8Array): Iterable<string | Buffer>
  end(): Iterable<string | Buffer>
}

/** How much is masked at once, and after how much everybody else has a turn. */
const piece = 65_536
const turn = 262_144

/**
 * Runs an answer through its mask. Fails with ERR_INTERNAL, with nothing of the answer in it, whatever goes wrong; what came
 * out until then is masked.
 */
export async function* masked(source: AsyncIterable<Uint8Array>, mask: AnswerMask): AsyncGenerator<Buffer, void> {
  try {
    let since = 0
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += piece) {
        for (const output of mask.push(chunk.subarray(at, at + piece))) yield inBytes(output)
        since += Math.min(piece, chunk.length - at)
        if (since < turn) continue
        since = 0
        await setImmediate()
      }
    }
    for (const output of mask.end()) yield inBytes(output)
  } catch (error) {
    throw maskingFailure(error)
  }
}

function inBytes(output: string | Buffer): Buffer {
  return typeof output === 'string' ? Buffer.from(output, 'utf8') : output
}

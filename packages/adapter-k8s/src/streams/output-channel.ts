import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ContentMask } from '@bothkeys/core/adapter'
import { maskingFailure } from '../masking/masking-failure.js'

/** One channel on its way to who reads it. What went in before `end` is out when that resolves. Both reject when it cannot go on. */
export interface OutputChannel {
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
}

/**
 * Masks what goes through a channel, wherever it is cut. `give` gets what may be seen, one part after the other, and is waited for.
 * Undefined `content`: no rule detects anything, so that it goes on as it is. The signal ends it, and what waits is dropped.
 */
export function outputChannel(
  content: ContentMask | undefined,
  give: (bytes: Uint8Array) => Promise<void>,
  signal: AbortSignal,
): OutputChannel {
  if (content === undefined) return { write: give, end: () => Promise.resolve() }
  const mask = content.stream()
  const given = giveAll(mask, give)
  // Whoever writes next, or ends, hears of it.
  given.catch(() => undefined)
  signal.addEventListener('abort', () => mask.destroy(), { once: true })
  return {
    async write(bytes) {
      if (bytes.length === 0 || mask.write(bytes)) return
      await Promise.race([once(mask, 'drain', { signal }), given])
    },
    async end() {
      mask.end()
      await given
    },
  }
}

async function giveAll(mask: Duplex, give: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for await (const bytes of maskedIn(mask)) await give(bytes)
}

async function* maskedIn(mask: Duplex): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const bytes of mask as AsyncIterable<Uint8Array>) yield bytes
  } catch (error) {
    throw maskingFailure(error)
  }
}

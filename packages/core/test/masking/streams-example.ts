import { pipeline } from 'node:stream/promises'
import type { Masker } from '@bothkeys/core/masking'

/** Shows what a program prints, masked. What is typed to it and echoed, or asked for, is seen without a line break. */
export async function showMasked(
  output: NodeJS.ReadableStream,
  screen: NodeJS.WritableStream,
  masker: Masker,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(output, masker.stream({ idleMs: 50, signal }), screen)
}

/** The body of an answer, masked as it comes. Nobody waits for a part of it. */
export function maskedAnswer(answer: Response, masker: Masker): Response {
  return new Response(answer.body?.pipeThrough(masker.webStream({ idleMs: Infinity })), { status: answer.status })
}

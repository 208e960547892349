import type { IncomingMessage } from 'node:http'
import { Refusal } from '../status.js'

/** As much as the API server reads. */
const most = 3 * 1024 * 1024

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) {
      throw new Refusal(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${String(most)}`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

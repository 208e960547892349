import { parentPort } from 'node:worker_threads'
import { parseFully } from './parse-bytes.js'

/** Parses long texts away from the main thread, one at a time, and answers each under the number it came with. */
parentPort?.on('message', (request: { readonly id: number; readonly text: string }) => {
  void parseFully(request.text).then((answer) => parentPort?.postMessage({ id: request.id, answer }))
})

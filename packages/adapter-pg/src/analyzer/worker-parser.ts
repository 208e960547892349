import { Worker } from 'node:worker_threads'
import type { RawParse } from './parse-bytes.js'

interface Waiting {
  readonly text: string
  readonly answer: (raw: RawParse) => void
}

/**
 * Parses long texts in a worker thread, one after the other. A text that takes longer than the deadline is answered with
 * a refusal, and the worker is killed and started again for the next one.
 */
export class WorkerParser {
  readonly #deadlineMs: number
  readonly #maxWaiting: number
  readonly #waiting: Waiting[] = []
  #worker: Worker | undefined
  #busy: { readonly id: number; readonly job: Waiting; readonly timer: NodeJS.Timeout } | undefined
  #lastId = 0

  constructor(deadlineMs: number, maxWaiting: number) {
    this.#deadlineMs = deadlineMs
    this.#maxWaiting = maxWaiting
  }

  /** Parses one checked text. Never rejects. */
  parse(text: string): Promise<RawParse> {
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.resolve({
        unparsable: true,
        reason: 'too many long statements wait to be parsed',
        position: undefined,
      })
    }
    return new Promise((answer) => {
      this.#waiting.push({ text, answer })
      this.#next()
    })
  }

  /** Stops the worker. What waits is refused. */
  async close(): Promise<void> {
    const worker = this.#worker
    for (const job of this.#waiting.splice(0)) job.answer(refusal('the parser was closed'))
    this.#finish(refusal('the parser was closed'))
    this.#worker = undefined
    await worker?.terminate()
  }

  #next(): void {
    if (this.#busy !== undefined) return
    const job = this.#waiting.shift()
    if (job === undefined) return
    const worker = (this.#worker ??= this.#start())
    const id = (this.#lastId += 1)
    const timer = setTimeout(() => {
      this.#replaceWorker()
      this.#finish(refusal('the statement takes too long to parse'))
    }, this.#deadlineMs)
    this.#busy = { id, job, timer }
    worker.ref()
    worker.postMessage({ id, text: job.text })
  }

  #start(): Worker {
    const worker = new Worker(workerUrl())
    worker.on('message', (message: { readonly id: number; readonly answer: RawParse }) => {
      if (message.id === this.#busy?.id) this.#finish(message.answer)
    })
    const fail = (): void => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      this.#finish(refusal('the statement could not be parsed'))
    }
    worker.on('error', fail)
    worker.on('exit', fail)
    return worker
  }

  #replaceWorker(): void {
    const worker = this.#worker
    this.#worker = undefined
    void worker?.terminate()
  }

  #finish(raw: RawParse): void {
    const busy = this.#busy
    if (busy === undefined) return
    this.#busy = undefined
    clearTimeout(busy.timer)
    this.#worker?.unref()
    busy.job.answer(raw)
    this.#next()
  }
}

function refusal(reason: string): RawParse {
  return { unparsable: true, reason, position: undefined }
}

/** The worker is a file of its own in the built package; from source it is the one built last. */
function workerUrl(): URL {
  const fromSource = import.meta.url.endsWith('.ts')
  return new URL(fromSource ? '../../dist/analyzer/worker.js' : './analyzer/worker.js', import.meta.url)
}

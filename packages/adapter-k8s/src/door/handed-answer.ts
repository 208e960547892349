import { EventEmitter } from 'node:events'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { Outlet } from './outlet.js'

/** An answer as whoever asked gets it. */
export interface WholeAnswer {
  readonly status: number
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** Answers of these have no body. */
const bodiless: ReadonlySet<number> = new Set([204, 304])

/** An answer that is handed over within the process, once it is whole. */
export class HandedAnswer extends EventEmitter implements Outlet {
  statusCode = 200
  headersSent = false
  writableFinished = false
  destroyed = false
  /** Rejects with ERR_ABORTED when the answer is broken off. */
  readonly whole: Promise<WholeAnswer>
  readonly #headers: Record<string, string> = {}
  readonly #parts: Uint8Array[] = []
  #give: (whole: WholeAnswer) => void = () => undefined
  #fail: (error: BothKeysError) => void = () => undefined

  constructor() {
    super()
    this.whole = new Promise((resolve, reject) => {
      this.#give = resolve
      this.#fail = reject
    })
  }

  setHeaders(headers: Map<string, string | readonly string[]>): void {
    for (const [name, value] of headers) this.#headers[name] = typeof value === 'string' ? value : value.join(', ')
  }

  flushHeaders(): void {
    this.headersSent = true
  }

  writeHead(status: number, headers: Readonly<Record<string, string | number>>): void {
    this.statusCode = status
    for (const [name, value] of Object.entries(headers)) this.#headers[name] = String(value)
    this.headersSent = true
  }

  write(part: Uint8Array): true {
    this.headersSent = true
    if (!this.destroyed) this.#parts.push(part)
    return true
  }

  end(last?: string | Uint8Array): void {
    if (this.destroyed) return
    if (last !== undefined) this.write(typeof last === 'string' ? Buffer.from(last, 'utf8') : last)
    this.headersSent = true
    this.writableFinished = true
    const body = bodiless.has(this.statusCode) ? [] : this.#parts
    this.#give({ status: this.statusCode, headers: this.#headers, body: Buffer.concat(body) })
    this.emit('close')
  }

  destroy(): void {
    if (this.destroyed || this.writableFinished) return
    this.destroyed = true
    this.#parts.length = 0
    this.#fail(brokenOff())
    this.emit('close')
  }
}

function brokenOff(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the answer was broken off, so nothing of it is shown', {
    hint: 'look whether the session goes on and the API server is reachable; what was asked may have been done',
  })
}

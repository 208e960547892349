import { BothKeysError } from '@bothkeys/core/adapter'

/** What the scan of the server's messages asks of the door. */
export interface BackendSink {
  /** Whether rows are to be shown whole instead of passing by: while the door reads an answer of its own. */
  readonly wantsRows: boolean
  /** Whether rows and COPY data are handed to `rewrite` whole instead of passing by. */
  readonly rewrites: boolean
  /** Messages that may pass as they are, in order. The buffer may be a view of the chunk. */
  pass(bytes: Buffer): void
  /**
   * One whole message that the door wants to see. What it answers decides whether the bytes pass (`pass`), are
   * dropped because the door handled them (`drop`), or whether the scan stops behind them until `resume` (`stop`).
   */
  message(type: number, bytes: Buffer): 'pass' | 'drop' | 'stop'
  /** A row or a piece of COPY data is next. `pass` lets it go by; `wait` stops the scan in front of it until `resume`. */
  row(): 'pass' | 'wait'
  /** The scan stopped in front of these rows. */
  held(rows: Rows): void
  /** One whole row, or one whole piece of COPY data, from `start` on: what the client gets in its place is up to the sink. */
  rewrite(chunk: Buffer, start: number, end: number): void
  /** Nothing more is at hand. */
  flush(): void
}

/** Rows that arrived, the last of them maybe only in part. */
export interface Rows {
  readonly rows: number
  readonly bytes: number
}

const dataRow = 0x44
const copyData = 0x64
const nothing = Buffer.alloc(0)

/**
 * Cuts the server's bytes into messages and passes rows through without copying them, unless the sink writes them anew. Every
 * other message is shown to the sink whole. `maxBytes` bounds only the messages that the door has to keep whole.
 * Throws ERR_PROTOCOL_REFUSED on a length that cannot be.
 */
export class BackendScanner {
  readonly #sink: BackendSink
  /** The longest message that is kept whole. */
  readonly maxBytes: number
  #partial: Buffer[] = []
  #partialBytes = 0
  /** Bytes of a large row that still pass through before the next header. */
  #passing = 0
  #stopped = false
  /** How many bytes the incomplete message needs before it is worth looking again. */
  #needed = 0
  /** The chunk that is being scanned: from where its bytes have not passed yet, and where the message at hand begins. */
  #chunk: Buffer = nothing
  #passFrom = 0
  #at = 0

  constructor(sink: BackendSink, maxBytes: number) {
    this.#sink = sink
    this.maxBytes = maxBytes
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Whether the last bytes that passed were a part of a row. */
  get midRow(): boolean {
    return this.#passing > 0
  }

  /** Bytes that arrived and have not been handled. */
  get pending(): number {
    return this.#partialBytes
  }

  push(chunk: Buffer): void {
    if (this.#stopped || this.#partialBytes > 0) {
      this.#partial.push(chunk)
      this.#partialBytes += chunk.length
      if (!this.#stopped) this.#drain()
      return
    }
    this.#scan(chunk)
  }

  /** Lets pass what is before the message at hand, for a sink that puts something of its own in its place. */
  release(): void {
    if (this.#at <= this.#passFrom) return
    const bytes = this.#chunk.subarray(this.#passFrom, this.#at)
    this.#passFrom = this.#at
    this.#sink.pass(bytes)
  }

  /** Goes on behind a message that was answered with `stop`, or with the row that has to wait. */
  resume(): void {
    this.#stopped = false
    this.#drain()
  }

  #drain(): void {
    if (this.#partialBytes === 0) return
    // A message that is still incomplete is not worth merging again for every chunk of it.
    if (this.#partialBytes < this.#needed) return
    const all =
      this.#partial.length === 1 && this.#partial[0] !== undefined ? this.#partial[0] : Buffer.concat(this.#partial)
    this.#partial = []
    this.#partialBytes = 0
    this.#needed = 0
    this.#scan(all)
  }

  #scan(chunk: Buffer): void {
    this.#chunk = chunk
    this.#at = 0
    this.#passFrom = 0
    try {
      this.#at = this.#take(chunk)
    } finally {
      this.release()
      this.#chunk = nothing
      this.#sink.flush()
    }
    if (this.#at < chunk.length) this.#keep(chunk.subarray(this.#at))
  }

  /** Takes message after message; answers up to where. */
  #take(chunk: Buffer): number {
    let at = Math.min(this.#passing, chunk.length)
    this.#passing -= at
    while (chunk.length - at >= 5) {
      const left = chunk.length - at
      const type = chunk.readUInt8(at)
      const total = chunk.readInt32BE(at + 1) + 1
      if (total < 5) throw impossible('has an impossible length')
      if ((type === dataRow || type === copyData) && !this.#sink.wantsRows) {
        const rewrites = this.#sink.rewrites
        if (rewrites && total > left) return this.#awaitWhole(total, at)
        if (this.#sink.row() === 'wait') {
          this.#stopped = true
          this.#sink.held(rowsFrom(chunk, at))
          return at
        }
        if (rewrites) {
          this.#at = at
          this.release()
          this.#sink.rewrite(chunk, at, at + total)
          at += total
          this.#passFrom = at
          continue
        }
        if (total > left) {
          this.#passing = total - left
          return chunk.length
        }
        at += total
        continue
      }
      if (total > left) return this.#awaitWhole(total, at)
      this.#at = at
      const verdict = this.#sink.message(type, chunk.subarray(at, at + total))
      at += total
      if (verdict === 'pass') continue
      this.release()
      this.#passFrom = at
      if (verdict === 'drop') continue
      this.#stopped = true
      return at
    }
    return at
  }

  /** The message at hand is incomplete, and is looked at again when all of it is there. */
  #awaitWhole(total: number, at: number): number {
    if (total > this.maxBytes) throw impossible(`is larger than ${String(this.maxBytes)} bytes`)
    this.#needed = total
    return at
  }

  #keep(rest: Buffer): void {
    this.#partial.push(rest)
    this.#partialBytes += rest.length
  }
}

/** The rows that stand one behind the other from there on. */
function rowsFrom(chunk: Buffer, start: number): Rows {
  let rows = 0
  let at = start
  while (chunk.length - at >= 5) {
    const type = chunk.readUInt8(at)
    const total = chunk.readInt32BE(at + 1) + 1
    if ((type !== dataRow && type !== copyData) || total < 5) break
    rows += 1
    at += total
  }
  return { rows, bytes: at - start }
}

function impossible(what: string): BothKeysError {
  return new BothKeysError('ERR_PROTOCOL_REFUSED', `a message from the server ${what}`, {
    hint: 'the connection was ended; check what answers at the address of the target',
  })
}

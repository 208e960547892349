import { BothKeysError } from '@bothkeys/core/adapter'

/** What the scan of the server's messages asks of the door. */
export interface BackendSink {
  /** Whether rows are to be shown whole instead of passing by: while the door reads an answer of its own. */
  readonly wantsRows: boolean
  /** Messages that may pass as they are, in order. The buffer may be a view of the chunk. */
  pass(bytes: Buffer): void
  /**
   * One whole message that the door wants to see. What it answers decides whether the bytes pass (`pass`), are
   * dropped because the door handled them (`drop`), or whether the scan stops behind them until `resume` (`stop`).
   */
  message(type: number, bytes: Buffer): 'pass' | 'drop' | 'stop'
  /** A row or a piece of COPY data went by. */
  row(): void
}

const dataRow = 0x44
const copyData = 0x64

/**
 * Cuts the server's bytes into messages and passes rows through without copying them. Every other message is shown
 * to the sink whole. `maxBytes` bounds only the messages that the door has to keep whole.
 * Throws ERR_PROTOCOL_REFUSED on a length that cannot be.
 */
export class BackendScanner {
  readonly #sink: BackendSink
  readonly #maxBytes: number
  #partial: Buffer[] = []
  #partialBytes = 0
  /** Bytes of a large row that still pass through before the next header. */
  #passing = 0
  #stopped = false
  /** How many bytes the incomplete message needs before it is worth looking again. */
  #needed = 0

  constructor(sink: BackendSink, maxBytes: number) {
    this.#sink = sink
    this.#maxBytes = maxBytes
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

  /** Goes on behind a message that was answered with `stop`. */
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
    let offset = 0
    let passFrom = 0
    if (this.#passing > 0) {
      offset = Math.min(this.#passing, chunk.length)
      this.#passing -= offset
    }
    while (offset < chunk.length) {
      const left = chunk.length - offset
      if (left < 5) break
      const type = chunk.readUInt8(offset)
      const total = chunk.readInt32BE(offset + 1) + 1
      if (total < 5) throw impossible('has an impossible length')
      if ((type === dataRow || type === copyData) && !this.#sink.wantsRows) {
        this.#sink.row()
        if (total > left) {
          this.#passing = total - left
          offset = chunk.length
          break
        }
        offset += total
        continue
      }
      if (total > left) {
        if (total > this.#maxBytes) throw impossible(`is larger than ${String(this.#maxBytes)} bytes`)
        this.#needed = total
        break
      }
      if (offset > passFrom) this.#sink.pass(chunk.subarray(passFrom, offset))
      const bytes = chunk.subarray(offset, offset + total)
      offset += total
      passFrom = offset
      const verdict = this.#sink.message(type, bytes)
      if (verdict === 'pass') this.#sink.pass(bytes)
      if (verdict === 'stop') {
        this.#stopped = true
        break
      }
    }
    if (offset > passFrom) this.#sink.pass(chunk.subarray(passFrom, offset))
    if (offset < chunk.length) this.#keep(chunk.subarray(offset))
  }

  #keep(rest: Buffer): void {
    this.#partial.push(rest)
    this.#partialBytes += rest.length
  }
}

function impossible(what: string): BothKeysError {
  return new BothKeysError('ERR_PROTOCOL_REFUSED', `a message from the server ${what}`, {
    hint: 'the connection was ended; check what answers at the address of the target',
  })
}

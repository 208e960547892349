/** Builds and reads messages of the PostgreSQL v3 protocol (PostgreSQL documentation, "Message Formats"). */

/** The type byte of a message. */
export function code(letter: string): number {
  return letter.charCodeAt(0)
}

/** A message of the given type around a body. */
export function message(letter: string, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(5 + body.length)
  bytes.writeUInt8(code(letter), 0)
  bytes.writeInt32BE(4 + body.length, 1)
  body.copy(bytes, 5)
  return bytes
}

/** A zero-terminated string. */
export function cString(text: string): Buffer {
  return Buffer.from(`${text}\0`, 'utf8')
}

export function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value, 0)
  return bytes
}

/** The fields of an ErrorResponse or NoticeResponse, by their one-letter code. */
export type ErrorFields = ReadonlyMap<string, string>

/** An ErrorResponse. */
export function errorResponse(fields: Readonly<Record<string, string>>): Buffer {
  const parts = Object.entries(fields).map(([letter, value]) => cString(`${letter}${value.replaceAll('\0', '')}`))
  return message('E', Buffer.concat([...parts, Buffer.from([0])]))
}

/** Reads the fields of an ErrorResponse or NoticeResponse. */
export function errorFields(bytes: Buffer): ErrorFields {
  const fields = new Map<string, string>()
  let offset = 5
  while (offset < bytes.length && bytes[offset] !== 0) {
    const end = bytes.indexOf(0, offset + 1)
    if (end < 0) break
    fields.set(String.fromCharCode(bytes.readUInt8(offset)), bytes.toString('utf8', offset + 1, end))
    offset = end + 1
  }
  return fields
}

/** ReadyForQuery with a transaction status: I idle, T in a transaction, E in a failed one. */
export function readyForQuery(status: string): Buffer {
  return message('Z', Buffer.from(status, 'latin1'))
}

export function parameterStatus(name: string, value: string): Buffer {
  return message('S', Buffer.concat([cString(name), cString(value)]))
}

export function backendKeyData(pid: number, key: number): Buffer {
  return message('K', Buffer.concat([int32(pid), int32(key)]))
}

export const authenticationOk: Buffer = message('R', int32(0))

/** A simple Query. */
export function query(text: Buffer): Buffer {
  return message('Q', Buffer.concat([text, Buffer.from([0])]))
}

/** A Parse without parameter types. */
export function parse(name: string, text: Buffer, types: readonly number[] = []): Buffer {
  const counts = Buffer.allocUnsafe(2 + types.length * 4)
  counts.writeInt16BE(types.length, 0)
  types.forEach((type, index) => counts.writeUInt32BE(type, 2 + index * 4))
  return message('P', Buffer.concat([cString(name), text, Buffer.from([0]), counts]))
}

/** A Bind of the unnamed statement to the unnamed portal: no parameters, every result as text. */
export const bindUnnamed: Buffer = message('B', Buffer.alloc(8))

/** A Describe of a portal. */
export function describePortal(name: string): Buffer {
  return message('D', cString(`P${name}`))
}

/** A Describe of the unnamed portal. */
export const describeUnnamed: Buffer = describePortal('')

/** An Execute of the unnamed portal to its end. */
export const executeUnnamed: Buffer = message('E', Buffer.concat([cString(''), int32(0)]))

/** A Close of a prepared statement. */
export function closeStatement(name: string): Buffer {
  return message('C', cString(`S${name}`))
}

export const sync: Buffer = message('S', Buffer.alloc(0))

export const flush: Buffer = message('H', Buffer.alloc(0))

const nothing = Buffer.alloc(0)

/** Reads zero-terminated strings and integers from a message body, with every bound checked. */
export class BodyReader {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset = 5) {
    this.#bytes = bytes
    this.#offset = offset
  }

  get left(): number {
    return this.#bytes.length - this.#offset
  }

  /** The bytes up to the next zero byte. Throws RangeError when there is none. */
  cBytes(): Buffer {
    const end = this.#bytes.indexOf(0, this.#offset)
    if (end < 0) throw new RangeError('unterminated string')
    const bytes = end === this.#offset ? nothing : this.#bytes.subarray(this.#offset, end)
    this.#offset = end + 1
    return bytes
  }

  int16(): number {
    const value = this.#bytes.readInt16BE(this.#offset)
    this.#offset += 2
    return value
  }

  uint16(): number {
    const value = this.#bytes.readUInt16BE(this.#offset)
    this.#offset += 2
    return value
  }

  int32(): number {
    const value = this.#bytes.readInt32BE(this.#offset)
    this.#offset += 4
    return value
  }

  uint32(): number {
    const value = this.#bytes.readUInt32BE(this.#offset)
    this.#offset += 4
    return value
  }

  byte(): number {
    const value = this.#bytes.readUInt8(this.#offset)
    this.#offset += 1
    return value
  }

  take(count: number): Buffer {
    if (count < 0 || count > this.left) throw new RangeError('body too short')
    const bytes = this.#bytes.subarray(this.#offset, this.#offset + count)
    this.#offset += count
    return bytes
  }

  /** Throws RangeError when bytes are left: a message has exactly its fields. */
  end(): void {
    if (this.left !== 0) throw new RangeError('bytes behind the last field')
  }
}

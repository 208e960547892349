import { isUtf8 } from 'node:buffer'
import type { SnapshotValue } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { Frame } from './frames.js'
import { BodyReader, code } from './messages.js'

/** A Parse message, read. */
export interface ParseMessage {
  readonly name: string
  readonly text: string
  readonly parameterTypes: readonly number[]
}

/** A Bind message, read as far as the decision needs it. */
export interface BindMessage {
  readonly portal: string
  readonly statement: string
  readonly values: readonly (Buffer | null)[]
  /** One format code a value: 0 text, 1 binary. */
  readonly formats: readonly number[]
}

/** A Describe or Close message: a statement (S) or a portal (P) by name. */
export interface NamedMessage {
  readonly kind: 'S' | 'P'
  readonly name: string
}

/** Reads a simple Query: exactly one text. Throws ERR_PROTOCOL_REFUSED when bytes hide behind it. */
export function readQuery(bytes: Buffer): string {
  return read(() => {
    const body = new BodyReader(bytes)
    const text = utf8(body.cBytes())
    body.end()
    return text
  })
}

export function readParse(bytes: Buffer): ParseMessage {
  return read(() => {
    const body = new BodyReader(bytes)
    const name = utf8(body.cBytes())
    const text = utf8(body.cBytes())
    const count = body.uint16()
    const parameterTypes: number[] = []
    for (let index = 0; index < count; index++) parameterTypes.push(body.uint32())
    body.end()
    return { name, text, parameterTypes }
  })
}

export function readBind(bytes: Buffer): BindMessage {
  return read(() => {
    const body = new BodyReader(bytes)
    const portal = utf8(body.cBytes())
    const statement = utf8(body.cBytes())
    const formatCodes = int16List(body)
    const count = body.uint16()
    if (formatCodes.length > 1 && formatCodes.length !== count) throw new RangeError('format codes')
    const values: (Buffer | null)[] = []
    const formats: number[] = []
    for (let index = 0; index < count; index++) {
      const length = body.int32()
      if (length < -1) throw new RangeError('value length')
      values.push(length === -1 ? null : body.take(length))
      formats.push((formatCodes.length === 1 ? formatCodes[0] : formatCodes[index]) ?? 0)
    }
    int16List(body)
    body.end()
    return { portal, statement, values, formats }
  })
}

/** Whether a message is a Bind of the named statement. */
export function bindsStatement({ type, bytes }: Frame, name: string): boolean {
  if (type !== code('B')) return false
  const portalEnd = bytes.indexOf(0, 5)
  const end = bytes.indexOf(0, portalEnd + 1)
  return portalEnd > 0 && end > 0 && utf8Between(bytes, portalEnd + 1, end) === name
}

export function readNamed(bytes: Buffer): NamedMessage {
  return read(() => {
    const body = new BodyReader(bytes)
    const kind = String.fromCharCode(body.byte())
    if (kind !== 'S' && kind !== 'P') throw new RangeError('kind')
    const name = utf8(body.cBytes())
    body.end()
    return { kind, name }
  })
}

/** The portal that an Execute names. */
export function readExecute(bytes: Buffer): string {
  return read(() => {
    const body = new BodyReader(bytes)
    const portal = utf8(body.cBytes())
    body.int32()
    body.end()
    return portal
  })
}

/** The parameters of a Bind with their types, as they go into the digest: text as text, binary as tagged bytes. */
export function parameterSnapshots(bind: BindMessage, types: readonly number[]): readonly SnapshotValue[] {
  return bind.values.map((value, index) => {
    const type = types[index] ?? 0
    if (value === null) return [type, null]
    if (bind.formats[index] === 0 && isUtf8(value)) return [type, value.toString('utf8')]
    return [type, { $bytes: value.toString('base64') }]
  })
}

function int16List(body: BodyReader): number[] {
  const count = body.uint16()
  const values: number[] = []
  for (let index = 0; index < count; index++) values.push(body.int16())
  return values
}

/** Most names are empty, and asking what bytes say leaves the engine. */
function utf8Between(bytes: Buffer, from: number, to: number): string {
  return from === to ? '' : bytes.toString('utf8', from, to)
}

function utf8(bytes: Buffer): string {
  if (bytes.length === 0) return ''
  if (!isUtf8(bytes)) {
    throw new BothKeysError('ERR_STATEMENT_INVALID', 'the statement is not valid UTF-8, so it was not sent', {
      hint: 'send UTF-8; in JavaScript, text.isWellFormed() tells whether a string can be sent',
    })
  }
  return bytes.toString('utf8')
}

function read<T>(reader: () => T): T {
  try {
    return reader()
  } catch (error) {
    if (error instanceof BothKeysError) throw error
    throw new BothKeysError('ERR_PROTOCOL_REFUSED', 'a protocol message has other fields than its type allows', {
      hint: 'names and texts must not contain NUL; use an official driver',
      cause: error,
    })
  }
}

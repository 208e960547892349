import type { Duplex } from 'node:stream'
import type { Session } from '@bothkeys/core'
import { FrameReader } from '../../../src/door/frames.js'
import { cString, errorFields, int32, message } from '../../../src/door/messages.js'
import type { PostgresTarget } from '../../../src/index.js'

/** One message of the door, as a client that knows nothing but the protocol sees it. */
export interface Answer {
  readonly type: string
  readonly bytes: Buffer
}

const empty = Buffer.alloc(0)

/** Messages of a client, with every field in the test's hands. */
export const sync: Buffer = message('S', empty)
export const flush: Buffer = message('H', empty)
export const terminate: Buffer = message('X', empty)

export function query(text: string): Buffer {
  return message('Q', cString(text))
}

export function parse(name: string, text: string, types: readonly number[] = []): Buffer {
  return message('P', Buffer.concat([cString(name), cString(text), int16(types.length), ...types.map(int32)]))
}

export function bind(portal: string, statement: string, values: readonly (string | null)[] = []): Buffer {
  const encoded = values.map((value) => {
    if (value === null) return int32(-1)
    const bytes = Buffer.from(value, 'utf8')
    return Buffer.concat([int32(bytes.length), bytes])
  })
  return message(
    'B',
    Buffer.concat([cString(portal), cString(statement), int16(0), int16(values.length), ...encoded, int16(0)]),
  )
}

export function describe(kind: 'S' | 'P', name: string): Buffer {
  return message('D', cString(`${kind}${name}`))
}

export function execute(portal: string, rows = 0): Buffer {
  return message('E', Buffer.concat([cString(portal), int32(rows)]))
}

export function close(kind: 'S' | 'P', name: string): Buffer {
  return message('C', cString(`${kind}${name}`))
}

/** A whole statement in the extended protocol, without its Sync. */
export function extended(text: string, values: readonly (string | null)[] = [], statement = ''): Buffer {
  return Buffer.concat([parse(statement, text), bind('', statement, values), execute('')])
}

export function int16(value: number): Buffer {
  return Buffer.from([(value >> 8) & 0xff, value & 0xff])
}

/** The untyped start-up message. */
export function startup(parameters: Readonly<Record<string, string>>, version = 0x0003_0000): Buffer {
  const pairs = Object.entries(parameters).flatMap(([name, value]) => [cString(name), cString(value)])
  const body = Buffer.concat([int32(version), ...pairs, Buffer.from([0])])
  return Buffer.concat([int32(body.length + 4), body])
}

/** A client on the bare protocol, at the in-memory door or at a socket. */
export class Wire {
  readonly stream: Duplex
  readonly #reader = new FrameReader(1024 * 1024 * 1024, true)
  readonly #answers: Answer[] = []
  readonly #received: Buffer[] = []
  #keep = false
  #over = false
  #wake: (() => void) | undefined

  constructor(stream: Duplex) {
    this.stream = stream
    stream.on('data', (chunk: Buffer) => {
      if (this.#keep) this.#received.push(chunk)
      this.#reader.push(chunk)
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        this.#answers.push({ type: String.fromCharCode(frame.type), bytes: frame.bytes })
      }
      this.#notify()
    })
    stream.on('error', () => undefined)
    stream.on('close', () => {
      this.#over = true
      this.#notify()
    })
  }

  /** A client at the in-memory door, not logged in yet. */
  static dial(target: PostgresTarget, session: Session): Wire {
    const stream = target.config(session).stream()
    stream.connect()
    return new Wire(stream)
  }

  /** A client that is logged in. */
  static async open(
    target: PostgresTarget,
    session: Session,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<Wire> {
    const { user, database } = target.config(session)
    const wire = Wire.dial(target, session)
    wire.send(startup({ user, database, ...parameters }))
    const greeting = await wire.ready()
    const refused = greeting.find(({ type }) => type === 'E')
    if (refused !== undefined) throw new Error(errorFields(refused.bytes).get('M'))
    return wire
  }

  get over(): boolean {
    return this.#over
  }

  /** Every byte received since `record` was called. */
  get received(): Buffer {
    return Buffer.concat(this.#received)
  }

  record(): void {
    this.#keep = true
  }

  send(...messages: readonly Buffer[]): this {
    this.stream.write(Buffer.concat(messages))
    return this
  }

  /** The next message, or undefined when the door ended the connection. */
  async next(): Promise<Answer | undefined> {
    while (this.#answers.length === 0) {
      if (this.#over) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#answers.shift()
  }

  /** The messages up to the first of a type, to ReadyForQuery, or to the end of the connection. */
  async until(type: string): Promise<Answer[]> {
    const answers: Answer[] = []
    for (let answer = await this.next(); answer !== undefined; answer = await this.next()) {
      answers.push(answer)
      if (answer.type === type || answer.type === 'Z') break
    }
    return answers
  }

  /** The messages up to ReadyForQuery, or to the end of the connection. */
  ready(): Promise<Answer[]> {
    return this.until('Z')
  }

  /** Sends and waits for ReadyForQuery. */
  ask(...messages: readonly Buffer[]): Promise<Answer[]> {
    this.send(...messages)
    return this.ready()
  }

  /** What is there without waiting. */
  drain(): Answer[] {
    return this.#answers.splice(0)
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#over) resolve()
      else this.stream.once('close', resolve)
      this.stream.destroy()
    })
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

/** The types of the messages, as one word. */
export function types(answers: readonly Answer[]): string {
  return answers.map(({ type }) => type).join('')
}

/** SQLSTATEs of the errors among the messages. */
export function errors(answers: readonly Answer[]): string[] {
  return answers.filter(({ type }) => type === 'E').map(({ bytes }) => errorFields(bytes).get('C') ?? '')
}

/** A field of the first error. */
export function errorField(answers: readonly Answer[], field: string): string | undefined {
  const error = answers.find(({ type }) => type === 'E')
  return error === undefined ? undefined : errorFields(error.bytes).get(field)
}

/** The rows among the messages, as texts. */
export function rows(answers: readonly Answer[]): (string | null)[][] {
  return answers.filter(({ type }) => type === 'D').map(({ bytes }) => values(bytes))
}

/** Everything that the client gets, each byte as a character. */
export function whole(answers: readonly Answer[]): string {
  return Buffer.concat(answers.map(({ bytes }) => bytes)).toString('latin1')
}

/** The transaction status of the last ReadyForQuery. */
export function status(answers: readonly Answer[]): string {
  const last = answers.findLast(({ type }) => type === 'Z')
  return last === undefined ? '' : last.bytes.toString('latin1', 5)
}

function values(bytes: Buffer): (string | null)[] {
  const row: (string | null)[] = []
  let offset = 7
  for (let left = bytes.readInt16BE(5); left > 0; left--) {
    const length = bytes.readInt32BE(offset)
    offset += 4
    if (length < 0) row.push(null)
    else row.push(bytes.toString('utf8', offset, (offset += length)))
  }
  return row
}

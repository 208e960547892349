import type { Session } from '@bothkeys/core'
import { errorFields } from '../../../src/door/messages.js'
import { describe, execute, int16, parse, query, sync, Wire } from '../../door/support/wire.js'
import { message, cString } from '../../../src/door/messages.js'
import { type Governed, governed, type GovernedOptions } from '../../support/governed.js'
import { protectedColumns } from './world.js'

/** What a governed client got. */
export interface Received {
  /** Everything that came, but for the greeting. */
  readonly bytes: Buffer
  /** The cells of the last statement, as bytes. */
  readonly rows: readonly (readonly (Buffer | null)[])[]
  /** What COPY gave. */
  readonly copied: Buffer
  /** The message of the first error. */
  readonly error: string | undefined
  readonly code: string | undefined
}

/** Everything that is not about masking is allowed. */
export const openPolicy: Pick<GovernedOptions, 'allow' | 'policy'> = {
  allow: [{ target: 'db', duty: '*' }],
  policy: { mask: [{ id: 'pii', target: 'db', columns: protectedColumns, with: 'redact' }] },
}

/** A client of a guard in front of one database. */
export class GovernedWorld {
  readonly guard: Governed
  readonly session: Session
  #wire: Wire

  private constructor(guard: Governed, session: Session, wire: Wire) {
    this.guard = guard
    this.session = session
    this.#wire = wire
  }

  static async open(url: string, options: GovernedOptions = openPolicy): Promise<GovernedWorld> {
    const guard = await governed({ ...options, reach: () => Promise.resolve(url) })
    const session = await guard.session()
    return new GovernedWorld(guard, session, await Wire.open(guard.target, session))
  }

  /** Runs the statements in a transaction that is taken back, each in the simple protocol; `binary`: the last one extended. */
  async run(steps: readonly string[], binary = false): Promise<Received> {
    await this.#exchange([query('begin')])
    const parts: Buffer[] = []
    let rows: (Buffer | null)[][] = []
    let fields: ReadonlyMap<string, string> | undefined
    for (const [index, text] of steps.entries()) {
      const isBinary = binary && index === steps.length - 1
      const answers = await this.#exchange(isBinary ? binaryExecution(text) : [query(text)])
      rows = answers.filter(({ type }) => type === 'D').map(({ bytes }) => cellsOf(bytes))
      for (const { type, bytes } of answers) {
        parts.push(type === 'T' ? withoutIds(bytes) : bytes)
        if (type === 'E') fields ??= errorFields(bytes)
      }
    }
    for (const { bytes } of await this.#exchange([query('rollback')])) parts.push(bytes)
    await this.#exchange([query('deallocate all')])
    return {
      bytes: Buffer.concat(parts),
      rows,
      copied: copiedIn(parts),
      error: fields?.get('M'),
      code: fields?.get('C'),
    }
  }

  /** Runs the statements one after another, each in a transaction of its own. */
  async runAlone(steps: readonly string[]): Promise<Received> {
    const parts: Buffer[] = []
    let last: readonly (readonly (Buffer | null)[])[] = []
    let fields: ReadonlyMap<string, string> | undefined
    for (const text of steps) {
      const answers = await this.#exchange([query(text)])
      last = answers.filter(({ type }) => type === 'D').map(({ bytes }) => cellsOf(bytes))
      for (const { type, bytes } of answers) {
        parts.push(type === 'T' ? withoutIds(bytes) : bytes)
        if (type === 'E') fields ??= errorFields(bytes)
      }
    }
    return {
      bytes: Buffer.concat(parts),
      rows: last,
      copied: copiedIn(parts),
      error: fields?.get('M'),
      code: fields?.get('C'),
    }
  }

  /** What came up to ReadyForQuery. When the door ends the connection instead, the next statements go over a new one. */
  async #exchange(messages: readonly Buffer[]): Promise<Awaited<ReturnType<Wire['ready']>>> {
    const answers = await this.#wire.ask(...messages)
    if (answers.at(-1)?.type !== 'Z') this.#wire = await Wire.open(this.guard.target, this.session)
    return answers
  }

  close(): Promise<void> {
    return this.guard.close()
  }
}

function binaryExecution(text: string): readonly Buffer[] {
  const bind = message('B', Buffer.concat([cString(''), cString(''), int16(0), int16(0), int16(1), int16(1)]))
  return [parse('', text), bind, describe('P', ''), execute(''), sync]
}

/** The bodies of all CopyData. */
function copiedIn(parts: readonly Buffer[]): Buffer {
  return Buffer.concat(parts.filter((part) => part[0] === 0x64).map((part) => part.subarray(5)))
}

/** A RowDescription without the ids of tables: those of new ones are others in each database. */
function withoutIds(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes)
  for (let at = 7; at < copy.length; at += 18) {
    at = copy.indexOf(0, at) + 1
    copy.writeUInt32BE(0, at)
  }
  return copy
}

/** The cells of a DataRow. */
function cellsOf(bytes: Buffer): (Buffer | null)[] {
  const cells: (Buffer | null)[] = []
  let at = 7
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at)
    at += 4
    cells.push(length < 0 ? null : bytes.subarray(at, at + length))
    at += Math.max(length, 0)
  }
  return cells
}

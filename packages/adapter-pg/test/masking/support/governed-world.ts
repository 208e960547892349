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
  /** The message of the first error. */
  readonly error: string | undefined
  readonly code: string | undefined
}

/** Everything that is not about masking is allowed. */
export const openPolicy: Pick<GovernedOptions, 'allow' | 'policy'> = {
  allow: ['table:public.*', 'table:pg_temp.*'].map((resource) => ({
    target: 'db',
    duty: ['read', 'write', 'delete', 'define'],
    resource,
  })),
  policy: { mask: [{ id: 'pii', target: 'db', columns: protectedColumns, with: 'redact' }] },
}

/** A client of a guard in front of one database. */
export class GovernedWorld {
  readonly guard: Governed
  readonly session: Session
  readonly #wire: Wire

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
        parts.push(bytes)
        if (type === 'E') fields ??= errorFields(bytes)
      }
    }
    for (const { bytes } of await this.#exchange([query('rollback')])) parts.push(bytes)
    await this.#exchange([query('deallocate all')])
    return { bytes: Buffer.concat(parts), rows, error: fields?.get('M'), code: fields?.get('C') }
  }

  async #exchange(messages: readonly Buffer[]): Promise<Awaited<ReturnType<Wire['ready']>>> {
    this.#wire.send(...messages)
    return this.#wire.ready()
  }

  close(): Promise<void> {
    return this.guard.close()
  }
}

function binaryExecution(text: string): readonly Buffer[] {
  const bind = message('B', Buffer.concat([cString(''), cString(''), int16(0), int16(0), int16(1), int16(1)]))
  return [parse('', text), bind, describe('P', ''), execute(''), sync]
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

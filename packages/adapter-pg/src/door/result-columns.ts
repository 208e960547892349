import { BodyReader } from './messages.js'

/** One column of a result, as RowDescription tells it. */
export interface ResultColumn {
  readonly name: string
  /** Object id of the relation that it is a column of; 0 for anything else. */
  readonly table: number
  /** Its number in that relation; 0 for the whole row. */
  readonly number: number
  /** Object id of its type, for a domain that of what it is over. */
  readonly type: number
  readonly format: 'text' | 'binary'
}

/** Reads a RowDescription (PostgreSQL documentation, "Message Formats"). Throws RangeError for one that is none. */
export function readRowDescription(bytes: Buffer): readonly ResultColumn[] {
  const body = new BodyReader(bytes)
  const count = body.uint16()
  const columns: ResultColumn[] = []
  for (let index = 0; index < count; index++) {
    const name = body.cBytes().toString('utf8')
    const table = body.uint32()
    const number = body.int16()
    const type = body.uint32()
    // Its size and its modifier.
    body.take(6)
    columns.push({ name, table, number, type, format: body.int16() === 0 ? 'text' : 'binary' })
  }
  body.end()
  return columns
}

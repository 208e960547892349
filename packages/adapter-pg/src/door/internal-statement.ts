import { cString, flush, int32, message, parse, sync } from './messages.js'

/**
 * A statement of the door's own: a constant that was reviewed. It runs on the client's connection under a name of
 * its own and in a portal of its own, so that the client's unnamed statement and portal survive it.
 */
export interface InternalStatement {
  /** Starts with `bothkeys_`; names of that kind are refused to clients. */
  readonly name: string
  readonly text: string
}

/** Names that belong to the door. */
export const reservedPrefix = 'bothkeys_'

/**
 * The messages of one run: Parse when the server may not know it, after a Close of whatever has its name; Bind, Execute,
 * Close of the portal, end.
 */
export function internalMessages(
  statement: InternalStatement,
  parameters: readonly string[],
  prepared: boolean,
  synced: boolean,
): Buffer {
  const name = cString(statement.name)
  return Buffer.concat([
    ...(prepared
      ? []
      : [
          message('C', Buffer.concat([Buffer.from('S'), name])),
          parse(statement.name, Buffer.from(statement.text, 'utf8')),
        ]),
    message('B', Buffer.concat([name, name, textParameters(parameters)])),
    message('E', Buffer.concat([name, int32(0)])),
    message('C', Buffer.concat([Buffer.from('P'), name])),
    synced ? sync : flush,
  ])
}

/** No format codes (all text), the values, no result formats (all text). */
function textParameters(values: readonly string[]): Buffer {
  const count = Buffer.from([0, 0, 0, values.length])
  const encoded = values.flatMap((value) => {
    const bytes = Buffer.from(value, 'utf8')
    return [int32(bytes.length), bytes]
  })
  return Buffer.concat([count, ...encoded, Buffer.from([0, 0])])
}

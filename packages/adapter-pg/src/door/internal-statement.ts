import { cString, int32, message, parse, sync } from './messages.js'

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

const flush = message('H', Buffer.alloc(0))

/** The messages of one run: Parse when the server does not know it yet, Bind, Execute, Close of the portal, end. */
export function internalMessages(statement: InternalStatement, prepared: boolean, synced: boolean): Buffer {
  const name = cString(statement.name)
  const none = Buffer.from([0, 0, 0, 0, 0, 0])
  return Buffer.concat([
    ...(prepared ? [] : [parse(statement.name, Buffer.from(statement.text, 'utf8'))]),
    message('B', Buffer.concat([name, name, none])),
    message('E', Buffer.concat([name, int32(0)])),
    message('C', Buffer.concat([Buffer.from('P'), name])),
    synced ? sync : flush,
  ])
}

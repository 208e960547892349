import type { InternalExchange } from './slots.js'
import { textRow } from './text-row.js'
import { unexpected } from './unexpected-answer.js'

/** Takes an answer to a statement of the door's own. True: it is the last one that a Sync does not end. */
export function takeInternalAnswer(exchange: InternalExchange, type: number, bytes: Buffer): boolean {
  switch (String.fromCharCode(type)) {
    case 'D':
      exchange.rows.push(textRow(bytes))
      return false
    case '3':
      exchange.closes -= 1
      return !exchange.synced && exchange.closes === 0
    case '1':
    case '2':
    case 'C':
    case 'T':
    case 'n':
      return false
    default:
      throw unexpected('an answer to a statement of the door')
  }
}

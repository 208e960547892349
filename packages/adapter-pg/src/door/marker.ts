import { message, parse, query } from './messages.js'
import { reservedPrefix } from './internal-statement.js'

/**
 * What the server gets instead of a refused statement: a text that cannot parse, so that PostgreSQL's own rules for
 * a failed statement hold (autocommit goes on, an open transaction is aborted, an extended batch is skipped to its
 * Sync) and the answers keep their order. The door replaces the server's error by the refusal.
 */
const text = Buffer.from(`${reservedPrefix}refused`, 'utf8')

/** Instead of a refused simple Query. */
export const refusedQuery: Buffer = query(text)

/** Instead of a refused Parse, Bind, Describe or Execute. A named statement, so that the unnamed one survives. */
export const refusedParse: Buffer = parse(`${reservedPrefix}refused`, text)

/** Fails a COPY FROM STDIN that the client can no longer finish. */
export const copyFail: Buffer = message('f', Buffer.from('the client went away\0', 'utf8'))

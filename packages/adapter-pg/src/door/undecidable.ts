import type { Description } from '@bothkeys/core/adapter'
import type { DoorRefusal } from './refusal-response.js'

/** A message that could not be read. */
export const unread: Description = Object.freeze({
  operation: 'query',
  text: '',
  recordedText: '(a message that could not be read)',
  effects: Object.freeze([
    Object.freeze({ duty: 'opaque', resource: 'statement:unread', attributes: Object.freeze({}) } as const),
  ]),
})

/** Clients that ask for such a transaction expect this SQLSTATE and begin again. */
export const outdated: DoorRefusal = {
  code: 'ERR_TARGET_UNSAFE',
  message: 'refused: the catalog of the server changed since the snapshot of this transaction was taken',
  rules: [],
  hint: 'roll back and begin again',
  sqlState: '40001',
}

/** Nothing may run before it is decided, and what it is decided with comes with Bind. */
export const runsInParse: DoorRefusal = {
  code: 'ERR_STATEMENT_INVALID',
  message: 'refused: literals of this statement run functions as soon as it is parsed, before its Bind is decided',
  rules: [],
  hint: 'send Bind right behind Parse, or pass these values as parameters',
  sqlState: '0A000',
}

/** What comes could not be searched: the rows of one COPY of the statement. */
export const unsearchable: DoorRefusal = {
  code: 'ERR_PROTOCOL_REFUSED',
  message: 'refused: the policy searches values that COPY would hand out in a way that is not known',
  rules: [],
  hint: 'use the formats text, csv and binary, and the encoding UTF8; or read them with SELECT',
}

/** No look at the catalog was the last. */
export const restless: DoorRefusal = {
  code: 'ERR_TARGET_UNSAFE',
  message: 'refused: the catalog of the server kept changing while the statement was decided',
  rules: [],
  hint: 'send the statement again when no migration is running',
}

/** What the server itself says of a text that names what nobody can look up any more. */
export const aborted: DoorRefusal = {
  code: 'ERR_STATEMENT_INVALID',
  message: 'refused: the current transaction is aborted, so that nothing but its end runs',
  rules: [],
  hint: 'roll back, or roll back to a savepoint',
  sqlState: '25P02',
}

import { firstUserId } from './first-user-id.js'

/** `left = right` with the builtin operator, whatever the search path holds. */
export function qualifiedEquals(left: string, right: string): string {
  return `${left} OPERATOR(pg_catalog.=) ${right}`
}

/** SQL: whether an object is a user's, or came with the server. */
export const isUser = (id: string): string => `${id} OPERATOR(pg_catalog.>=) '${String(firstUserId)}'::pg_catalog.oid`
export const isBuiltin = (id: string): string => `${id} OPERATOR(pg_catalog.<) '${String(firstUserId)}'::pg_catalog.oid`

/** SQL: an object id, or a list of them, as JSON has numbers. */
export const number = (id: string): string => `${id}::pg_catalog.int8`
export const numbers = (ids: string): string => `${ids}::pg_catalog.int8[]`

import type { DoorRefusal } from './refusal-response.js'
import { protocolRefusal } from './refusal-response.js'

/** EXECUTE or FETCH of what may not be what was decided. */
export const otherNames = protocolRefusal(
  'a prepared statement or cursor was made or dropped since this portal was bound, which runs one by its name',
  'bind the statement again',
  '0A000',
)

/** A portal whose names or values may not stand for what was decided. */
export const otherMeaning = protocolRefusal(
  'settings or the catalog changed since this portal was bound, so that it may do something else than was decided',
  'bind the statement again, and execute it right behind',
  '0A000',
)

/** A name that is taken. */
export function duplicate(what: string, sqlState: string): DoorRefusal {
  return protocolRefusal(`a ${what} of this name exists`, `close the ${what} first or choose another name`, sqlState)
}

/** A name that stands for nothing. */
export function unknownName(what: string, sqlState: string): DoorRefusal {
  return protocolRefusal(`no ${what} of this name was made on this connection`, `make the ${what} first`, sqlState)
}

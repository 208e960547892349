import type { Sight } from '../door/state-cache.js'
import type { ServerState } from '../door/server-state.js'

/** Settings that the connection which plans has of its own: they change what may run, not what a text means. */
const own: ReadonlySet<string> = new Set([
  'transaction_read_only',
  'default_transaction_read_only',
  'transaction_isolation',
])

/**
 * Whether a connection reads a text as it was understood in `state`: the same catalog, the same names on the same path, the
 * same user. A session with a temporary schema is never the same, because the other connection has none of its tables.
 */
export function meansTheSame(sight: Sight, state: ServerState): boolean {
  return sight.catalog === state.catalog && meaningOf(sight) === meaningOf(state)
}

function meaningOf({ session }: Pick<Sight, 'session'>): string {
  const settings = Object.entries(session.settings).filter(([name]) => !own.has(name))
  return JSON.stringify([
    session.searchPath,
    session.temporarySchema ?? null,
    session.currentUser,
    session.sessionUser,
    settings.sort(([one], [other]) => (one < other ? -1 : 1)),
  ])
}

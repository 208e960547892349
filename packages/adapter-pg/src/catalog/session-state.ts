import { endedBetween } from './ended-between.js'
import { type ProbedSetting, probedSettings, readingSettings } from './state-probe.js'

/** What a connection's texts mean, as far as it is not in the catalog. */
export interface SessionState {
  /** Schemas in which names are looked up, in order: the implicit ones (`pg_temp_3`, `pg_catalog`) included. */
  readonly searchPath: readonly string[]
  /** This session's temporary schema once it has one. */
  readonly temporarySchema: string | undefined
  readonly currentUser: string
  readonly sessionUser: string
  readonly settings: Readonly<Record<ProbedSetting, string>>
}

/** One answer of `stateProbe`. */
export interface ProbedState {
  readonly state: SessionState
  /** Pass it to `stateSince`. */
  readonly snapshot: string
  /** Changes whenever a user-made object of the catalog does. */
  readonly catalogEpoch: string
  /** Changes whenever `state` does. */
  readonly stateEpoch: string
  /** The id of the transaction that was asked in, if it had one. What it changed is gone when it is rolled back. */
  readonly transaction: string | undefined
}

/** Reads the row of `stateProbe`. Throws TypeError when it is something else. */
export function readState(row: readonly (string | null)[]): ProbedState {
  const [snapshot, catalogEpoch, session, transaction] = row
  if (typeof snapshot !== 'string' || typeof catalogEpoch !== 'string' || typeof session !== 'string') throw otherwise()
  if (transaction === undefined) throw otherwise()
  const asked = { snapshot, catalogEpoch, transaction: transaction ?? undefined }
  return { ...asked, state: sessionOf(session), stateEpoch: session }
}

/** One answer of `stateProbeSince` or `stateProbeOwning`. */
export interface ShortAnswer {
  readonly snapshot: string
  /** The id of the transaction that was asked in, once it has one. */
  readonly transaction: string | undefined
  readonly session: string
}

/** Reads a row of `stateProbeSince` or `stateProbeOwning`. Throws TypeError when it is something else. */
export function readShortAnswer(row: readonly (string | null)[]): ShortAnswer {
  const [snapshot, transaction, session] = row
  if (typeof snapshot !== 'string' || transaction === undefined || typeof session !== 'string') throw otherwise()
  return { snapshot, transaction: transaction ?? undefined, session }
}

/**
 * The state now, when nothing has changed in the catalog since `before`: every transaction that ended since is `harmless`,
 * and so is the one that was asked in, now and before: no snapshot lists the transaction that takes it. Undefined: something
 * may have changed, so `stateProbe` has to say.
 */
export function stateSince(
  { snapshot, transaction, session }: ShortAnswer,
  before: ProbedState,
  harmless: (transaction: string) => boolean,
): ProbedState | undefined {
  for (const own of [transaction, before.transaction]) if (own !== undefined && !harmless(own)) return undefined
  if (snapshot === before.snapshot && session === before.stateEpoch) return before
  if (snapshot !== before.snapshot && endedBetween(before.snapshot, snapshot)?.every(harmless) !== true)
    return undefined
  return { ...before, state: sessionOf(session), stateEpoch: session, snapshot, transaction }
}

/** Whether values are read alike in two states. */
export function readsAlike(one: SessionState, other: SessionState): boolean {
  return readingSettings.every((name) => one.settings[name] === other.settings[name])
}

/** Whether names and rights are the same in two states. */
export function namesAlike(one: SessionState, other: SessionState): boolean {
  return namesOf(one) === namesOf(other)
}

const reading: ReadonlySet<string> = new Set(readingSettings)

function namesOf({ settings, ...names }: SessionState): string {
  return JSON.stringify([names, probedSettings.map((name) => (reading.has(name) ? '' : settings[name]))])
}

const maxKnown = 64
/** Sessions of a process are in few states, and a state is read far more often than it changes. */
const known = new Map<string, SessionState>()

function sessionOf(text: string): SessionState {
  const found = known.get(text)
  if (found !== undefined) return found
  const session = readSession(text)
  if (known.size >= maxKnown) known.clear()
  known.set(text, session)
  return session
}

function readSession(text: string): SessionState {
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed) || parsed.length !== 4 + probedSettings.length) throw otherwise()
  const [schemas, temporarySchema, currentUser, sessionUser, ...values] = parsed as (string | null)[]
  if (typeof schemas !== 'string') throw otherwise()
  const settings = Object.fromEntries(probedSettings.map((name, index) => [name, values[index] ?? '']))
  return Object.freeze({
    // array_to_json of name[]: a list of strings.
    searchPath: JSON.parse(schemas) as readonly string[],
    temporarySchema: temporarySchema ?? undefined,
    currentUser: currentUser ?? '',
    sessionUser: sessionUser ?? '',
    // Every probed setting is in the list that the record was made from.
    settings: settings as Record<ProbedSetting, string>,
  })
}

function otherwise(): TypeError {
  return new TypeError('the state probe answered something else')
}

import { BothKeysError } from './errors.js'
import type { Ledger } from './ledger/ledger.js'
import { updateLedger } from './ledger/update.js'
import type { SnapshotValue } from './model/snapshot.js'

/**
 * The ledger's key of the newest signed policy that was ever in force for an engine. What is signed is for one engine, so that
 * each counts on its own; guards of one name share the policy and its versions.
 */
export function policyVersionKey(engine: string): string {
  return `policy/version/${engine}`
}

/** Where versions are kept, and for whom. */
export interface PolicyVersions {
  readonly ledger: Ledger
  readonly engine: string
  readonly deadlineMs: number
}

/** A signed policy. */
export interface PolicyVersion {
  readonly version: number
  readonly digest: string
}

/**
 * Takes note of a signed policy before it comes into force. Throws ERR_POLICY_UNSIGNED when a newer one was in force, or this
 * version means something else or was narrowed since. Throws as the ledger does.
 */
export async function admitVersion({ deadlineMs, engine, ledger }: PolicyVersions, next: PolicyVersion): Promise<void> {
  const key = policyVersionKey(engine)
  await updateLedger<void>(ledger, deadlineMs, [key], (entries) => {
    const newest = versionOf(entries.get(key)?.value)
    // Another guard on the ledger may have it already.
    if (newest?.version === next.version && newest.digest === next.digest) return { write: [], result: undefined }
    if (newest !== undefined && next.version <= newest.version) {
      throw unsigned(`version ${String(newest.version)} was in force, and this is ${String(next.version)}`)
    }
    return { write: [{ key, value: { ...next } }], result: undefined }
  })
}

/** Takes note that the newest policy was narrowed: it comes back under a higher version alone. Throws as the ledger does. */
export async function noteNarrowing({ deadlineMs, engine, ledger }: PolicyVersions, digest: string): Promise<void> {
  const key = policyVersionKey(engine)
  await updateLedger<void>(ledger, deadlineMs, [key], (entries) => {
    const newest = versionOf(entries.get(key)?.value)
    if (newest === undefined) return { write: [], result: undefined }
    return { write: [{ key, value: { version: newest.version, digest } }], result: undefined }
  })
}

/** Nobody can tell whether a newer policy was in force. */
export function versionsMissing(): BothKeysError {
  return new BothKeysError(
    'ERR_JOURNAL_BEHIND',
    'part of the journal is missing, and with it which signed policies were in force',
    {
      hint: 'bring the whole journal back, or remove its noted head once somebody has seen to it that the policy is the newest',
    },
  )
}

/** Why the signature of a policy does not let it come into force. */
export function unsigned(why: string): BothKeysError {
  return new BothKeysError('ERR_POLICY_UNSIGNED', `the policy may not come into force: ${why}`, {
    hint: 'have a key of the authority sign exactly this policy with a higher version; see signPolicy',
  })
}

function versionOf(value: SnapshotValue | undefined): PolicyVersion | undefined {
  if (value === undefined) return undefined
  const { digest, version } = typeof value === 'object' && value !== null && 'version' in value ? value : {}
  if (typeof version === 'number' && typeof digest === 'string') return { version, digest }
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger holds something else than the version of a policy')
}

import { BothKeysError } from '@bothkeys/core'
import type { KnownPerson } from '@bothkeys/core/relay'
import { untilAborted } from '@bothkeys/core/relay'
import type { DeskSubject } from './desk.js'
import type { DeskParts } from './desk-parts.js'

/** Who an account is now, or why nobody: what the directory refuses is no failure, anything else is told. */
export async function askDirectory(
  { onFailure, who }: Pick<DeskParts, 'onFailure' | 'who'>,
  subject: DeskSubject,
  signal: AbortSignal,
): Promise<KnownPerson | 'refused-by-directory' | 'directory-unavailable'> {
  try {
    return await untilAborted(who(subject), signal, 'asking the directory')
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return 'refused-by-directory'
    onFailure(error)
    return 'directory-unavailable'
  }
}

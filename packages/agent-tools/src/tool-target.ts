import type { GuardedTarget } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'

/** Where functions of the host itself are governed, as the policy names it. */
export interface ToolTarget extends GuardedTarget {
  /** Policies name it by this kind. */
  readonly kind: 'tool'
}

/**
 * A target for functions that stand behind no door: what is done there is decided, held, recorded and masked by what `govern` says
 * that it does. Whatever else the function does is the host's. Throws ERR_CONFIG_INVALID for a name that no policy can have.
 *
 * @example
 * const mail = toolTarget('mail')
 * const guard = await createGuard({ targets: [mail], ...rest })
 */
export function toolTarget(name: string): ToolTarget {
  if (!/^[A-Za-z][\w-]{0,62}$/.test(name)) {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a target name is a letter followed by letters, digits, - or _', {
      hint: 'use the name that the policy file uses',
    })
  }
  return Object.freeze({ name, kind: 'tool' as const, close: () => Promise.resolve() })
}

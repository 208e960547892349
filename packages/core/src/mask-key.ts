import { createHmac, randomBytes } from 'node:crypto'
import { assertKnownOptions, wrongOption } from './known-options.js'
import type { CustomMask } from './masking/operators/custom.js'
import type { MaskKey } from './masking/operator.js'
import type { CompiledPolicy } from './policy/compiled.js'

/** What a guard masks with. */
export interface MaskOptions {
  readonly maskKey?: MaskKey | undefined
  readonly customMasks?: Readonly<Record<string, CustomMask>> | undefined
}

/** HMAC-SHA256 with a key that is of this process alone and nowhere else. */
export function ownMaskKey(): MaskKey {
  const key = randomBytes(32)
  return Object.freeze({ mac: (message: Uint8Array) => createHmac('sha256', key).update(message).digest() })
}

/**
 * Refuses a policy that masks by what the guard does not have: a custom mask by a name that it was not given, or joins of
 * several runs without a key that outlives the process. Throws ERR_CONFIG_INVALID.
 */
export function assertMasks({ masks = new Map() }: CompiledPolicy, options: MaskOptions): void {
  const { customMasks = {}, maskKey } = options
  for (const { id, operator } of masks.values()) {
    if (operator.operator === 'custom' && !Object.hasOwn(customMasks, operator.name))
      throw wrongOption('createGuard', `rule ${id} masks by ${operator.name}, which is not in customMasks`)
    if ('across' in operator && operator.across === 'runs' && maskKey === undefined)
      throw wrongOption('createGuard', `rule ${id} masks alike across runs, which needs the option maskKey`)
  }
}

/** Refuses options that mask by nothing. Throws ERR_CONFIG_INVALID. */
export function assertMaskOptions({ customMasks = {}, maskKey }: MaskOptions): void {
  assertKnownOptions('createGuard.customMasks', customMasks, new Set(Object.keys(customMasks)))
  const wrong = Object.entries(customMasks).find(([, mask]) => typeof (mask as unknown) !== 'function')
  if (wrong !== undefined) throw wrongOption('createGuard', `customMasks.${wrong[0]} is no function`)
  if (maskKey !== undefined && typeof (maskKey as Partial<MaskKey> | null)?.mac !== 'function')
    throw wrongOption('createGuard', 'maskKey is a MaskKey')
}

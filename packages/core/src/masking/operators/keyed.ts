import type { MaskKey } from '../operator.js'

/** How far what an operator makes can be joined: within the root run, or by every run. */
export type Joins = 'run' | 'runs'

/** What the keyed operators of one root run share. */
export interface MaskBinding {
  /** Who has it can tell which values are the same. */
  readonly key: MaskKey
  /** The root run (`run.root`): what another one sees of the same value is different. */
  readonly scope: string
}

/** The texts that say which operators make the same of the same value. */
export function scopeTexts(binding: MaskBinding, across: Joins): readonly string[] {
  return across === 'runs' ? ['runs'] : ['run', binding.scope]
}

import { resolve } from 'node:path'
import type { Approver } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { ServeConfig } from './config/config.js'
import type { Places } from './files/secret.js'

/** What a process that serves doors is built from. */
export interface ServeOptions {
  /** What `parseConfig` read. */
  readonly config: ServeConfig
  /** The folder that relative paths of the configuration start from. */
  readonly folder: string
  /** `$CREDENTIALS_DIRECTORY`, where the configuration names systemd credentials. */
  readonly credentials?: string | undefined
  /** Further ways to reach people, beside those of the configuration. */
  readonly approvers?: readonly Approver[]
}

const optionNames: readonly string[] = ['config', 'folder', 'credentials', 'approvers'] satisfies (keyof ServeOptions)[]

/** Refuses options that do not exist. Throws ERR_CONFIG_INVALID. */
export function assertServeOptions(of: string, options: ServeOptions): void {
  for (const name of Object.keys(options)) {
    if (optionNames.includes(name)) continue
    throw new BothKeysError('ERR_CONFIG_INVALID', `${of}: there is no option ${name}`, {
      hint: `the options are ${optionNames.join(', ')}`,
    })
  }
}

export function placesOf({ credentials, folder }: ServeOptions): Places {
  return { resolve: (path) => resolve(folder, path), credentials }
}

import { dirname } from 'node:path'
import type { ServeConfig } from './config/config.js'
import { parseConfig } from './config/config.js'
import { readBoundedText } from './files/bounded-text.js'
import { trustedFile } from './files/trusted-file.js'

/**
 * A configuration from its file, and the folder that its paths start from. Throws ERR_CONFIG_INVALID when others can read the
 * file, and as `parseConfig` does.
 */
export function readConfigFile(path: string): { readonly config: ServeConfig; readonly folder: string } {
  const real = trustedFile(path, 'secret', 'the configuration')
  return { config: parseConfig(path, readBoundedText(real, 'the configuration')), folder: dirname(real) }
}

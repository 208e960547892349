import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { recipe } from './kube/recipe.mjs'

/** Where `npm run test:kube` built kube-apiserver, as it is built now. Undefined: it did not yet. */
export function builtKubernetes() {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bothkeys', recipe())
  return existsSync(folder) ? folder : undefined
}

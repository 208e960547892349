import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execute } from '../execute.mjs'
import { recipe } from './recipe.mjs'

/**
 * Resolves to a folder with `etcd`, `kube-apiserver` and `kubectl`: the one that KUBEBUILDER_ASSETS names, else one in the user's
 * cache, where they are built the first time. Throws when they cannot be.
 */
export async function kubernetesAssets() {
  const given = process.env.KUBEBUILDER_ASSETS
  if (given !== undefined && given !== '') return given
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'bothkeys')
  const folder = join(cache, recipe())
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true })
    const builder = fileURLToPath(new URL('build.mjs', import.meta.url))
    const { ok } = await execute(`flock "${folder}.lock" "${process.execPath}" "${builder}" "${folder}"`)
    if (!ok)
      throw new Error(`Kubernetes could not be built in ${cache}; see the lines above, or set KUBEBUILDER_ASSETS.`)
  }
  return folder
}

import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { packagesBelow } from './workspace.mjs'

/** What all packages are built from and with. */
const shared = ['pnpm-lock.yaml', 'tsconfig.base.json']

/** Whether every package was built from what stands in its folder now. */
export function isBuilt() {
  return packagesBelow('packages', 'tools')
    .filter(({ manifest }) => manifest.scripts?.build !== undefined)
    .every(({ folder }) => isNewer(root, folder))
}

/** Whether each file of a package's `dist` is newer than all that it is made of. */
export function isNewer(repository, folder) {
  const own = ['src', 'package.json', 'tsconfig.build.json', 'tsup.config.ts'].map((name) => join(folder, name))
  const given = [...shared, ...own].flatMap((path) => timesOf(join(repository, path)))
  const built = timesOf(join(repository, folder, 'dist'))
  return built.length > 0 && Math.min(...built) > Math.max(...given)
}

/** When a file, or each file below a folder, was last written, in milliseconds since 1970. None where it does not exist. */
function timesOf(path) {
  const status = statSync(path, { throwIfNoEntry: false })
  if (status === undefined) return []
  if (!status.isDirectory()) return [status.mtimeMs]
  return readdirSync(path).flatMap((name) => timesOf(join(path, name)))
}

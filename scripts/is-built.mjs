import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'
import { packagesBelow } from './workspace.mjs'

/** What all packages are built from and with. */
const shared = ['pnpm-lock.yaml', 'tsconfig.base.json']

/** Whether every package was built from what stands in its folder now: each file of its `dist` is newer than all of that. */
export function isBuilt() {
  return packagesBelow('packages', 'tools')
    .filter(({ manifest }) => manifest.scripts?.build !== undefined)
    .every(({ folder }) => {
      const given = ['src', 'package.json', 'tsconfig.build.json', 'tsup.config.ts'].map((name) => join(folder, name))
      const built = timesOf(join(folder, 'dist'))
      return built.length > 0 && Math.min(...built) > Math.max(...[...shared, ...given].flatMap(timesOf))
    })
}

/** When a file, or each file below a folder, was last written, in milliseconds since 1970. None where it does not exist. */
function timesOf(path) {
  const status = statSync(join(root, path), { throwIfNoEntry: false })
  if (status === undefined) return []
  if (!status.isDirectory()) return [status.mtimeMs]
  return readdirSync(join(root, path)).flatMap((name) => timesOf(join(path, name)))
}

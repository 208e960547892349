import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.mjs'

/** Lists the packages below `packages`, `tools` or `examples` as `{ name, folder, manifest }`. */
export function packagesBelow(...groups) {
  return groups
    .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name)))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
      return { name: manifest.name, folder, manifest }
    })
}

/** Orders packages so that each comes after the ones it depends on. */
export function inDependencyOrder(packages) {
  const ordered = new Set()
  const add = (item) => {
    const { dependencies, devDependencies, peerDependencies } = item.manifest
    const needed = { ...dependencies, ...devDependencies, ...peerDependencies }
    packages.filter((other) => Object.hasOwn(needed, other.name)).forEach(add)
    ordered.add(item)
  }
  packages.forEach(add)
  return [...ordered]
}

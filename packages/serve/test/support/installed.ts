import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

interface Manifest {
  readonly name: string
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The package in a place that every user of the machine can read, and nobody but this user can write. */
export interface Installed {
  readonly node: string
  readonly program: string
  /** Where scripts find `pg`. */
  readonly folder: string
}

/** Installs the built package below a folder as a package manager would: flat, and what it needs to run alone. */
export function install(below: string): Installed {
  const folder = join(below, 'installed')
  mkdirSync(folder)
  const serve = realpathSync(fileURLToPath(new URL('../..', import.meta.url)))
  const done = new Set<string>()
  const add = (from: string): void => {
    const manifest = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8')) as Manifest
    if (done.has(manifest.name)) return
    done.add(manifest.name)
    const to = join(folder, 'node_modules', manifest.name)
    const isOurs = manifest.name.startsWith('@bothkeys/')
    cpSync(join(from, 'package.json'), join(to, 'package.json'), { recursive: true })
    if (isOurs) cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
    else
      cpSync(from, to, {
        recursive: true,
        dereference: true,
        filter: (path) => !path.slice(from.length).includes('node_modules'),
      })
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      const found = resolvePackage(name, from)
      if (found !== undefined) add(found)
    }
  }
  add(serve)
  return {
    folder,
    node: reachableNode(folder),
    program: join(folder, 'node_modules', '@bothkeys', 'serve', 'dist', 'bothkeys.js'),
  }
}

function resolvePackage(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate)
    if (dirname(folder) === folder) return undefined
  }
}

/** Node may be installed in somebody's home. */
function reachableNode(folder: string): string {
  const node = realpathSync(process.execPath)
  if (isReachable(node)) return node
  const copy = join(folder, 'node')
  copyFileSync(node, copy)
  chmodSync(copy, 0o755)
  accessSync(copy, constants.X_OK)
  return copy
}

function isReachable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false
    if (dirname(at) === at) return true
  }
}

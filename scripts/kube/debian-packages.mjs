import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { run } from './run.mjs'

/** The program that shows that a package of Debian is there. */
const programs = {
  'golang-go': 'go',
  'dpkg-dev': 'dpkg-source',
  openssl: 'openssl',
}

/** What `apt-get` is run with: by root as it is, by others without asking for a password. */
const asRoot = process.getuid?.() === 0 ? [] : ['sudo', '-n']

/** Installs those of the packages whose program is not there. */
export async function installPackages(...names) {
  const missing = names.filter((name) => findProgram(programs[name]) === undefined)
  if (missing.length === 0) return
  console.log(`Installing ${missing.join(', ')} …`)
  const [command, ...before] = [...asRoot, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q']
  try {
    await run(command, [...before, 'update'])
    await run(command, [...before, 'install', '-y', '--no-install-recommends', ...missing])
  } catch (error) {
    throw new Error(`${missing.join(', ')} could not be installed; where there is no Debian, set KUBEBUILDER_ASSETS.`, {
      cause: error,
    })
  }
}

/** Where a program is on the PATH, or undefined. */
function findProgram(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {}
  }
  return undefined
}

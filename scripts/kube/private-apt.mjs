import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './run.mjs'

/**
 * Debian's packages from the mirrors that this machine uses anyway, with lists of its own below `folder`, so that it needs no
 * root and changes nothing of the machine.
 */
export function privateApt(folder) {
  const apt = join(folder, 'apt')
  const get = (args, options) => run('apt-get', [...settings(apt), '-q', ...args], options)
  return {
    async update() {
      for (const name of ['sources', 'lists/partial', 'cache/archives/partial']) {
        mkdirSync(join(apt, name), { recursive: true })
      }
      for (const [index, { name, text }] of sourceLists().entries()) {
        writeFileSync(join(apt, 'sources', `${index}${name.slice(name.lastIndexOf('.'))}`), text)
      }
      await get(['update'])
    },

    /** Unpacks a source package to `target`, and resolves to the name of its description. */
    async source(name, target) {
      const downloads = await emptyFolder(join(apt, 'source'))
      await get(['source', '--download-only', name], { cwd: downloads })
      const description = readdirSync(downloads).find((file) => file.endsWith('.dsc'))
      // The hashes of what it names were checked by apt-get.
      await run('dpkg-source', ['--no-check', '-x', join(downloads, description), target])
      return description
    },

    /** Unpacks a package and resolves to where it is. It is not installed: no service of its is started. */
    async unpack(name) {
      const unpacked = await emptyFolder(join(apt, name))
      await get(['download', name], { cwd: unpacked })
      const [archive] = readdirSync(unpacked)
      await run('dpkg-deb', ['-x', join(unpacked, archive), unpacked])
      return unpacked
    },
  }
}

async function emptyFolder(path) {
  await run('rm', ['-rf', path])
  mkdirSync(path, { recursive: true })
  return path
}

function settings(apt) {
  const all = {
    'Dir::Etc::sourcelist': '-',
    'Dir::Etc::sourceparts': join(apt, 'sources'),
    'Dir::State::lists': join(apt, 'lists'),
    'Dir::Cache': join(apt, 'cache'),
    // The account that apt lends itself cannot look into a private folder.
    'APT::Sandbox::User': 'root',
  }
  return Object.entries(all).flatMap(([name, value]) => ['-o', `${name}=${value}`])
}

function sourceLists() {
  const further = '/etc/apt/sources.list.d'
  const files = existsSync(further) ? readdirSync(further).map((name) => join(further, name)) : []
  return ['/etc/apt/sources.list', ...files]
    .filter((name) => /\.(list|sources)$/.test(name) && existsSync(name))
    .map((name) => ({ name, text: withSources(name, readFileSync(name, 'utf8')) }))
    .filter(({ text }) => text !== '')
}

/** Returns the entries of Debian itself in one of apt's files, with source packages beside the binary ones. */
export function withSources(name, text) {
  if (name.endsWith('.list')) {
    const lines = text.split('\n').filter((line) => /^deb\s/.test(line) && /\/debian\b/.test(line))
    return lines.flatMap((line) => [line, line.replace(/^deb\s/, 'deb-src ')]).join('\n')
  }
  const stanzas = text.split(/\n\s*\n/).filter((stanza) => /^URIs:.*\/debian\b/m.test(stanza))
  return stanzas.map((stanza) => stanza.replace(/^Types:.*$/m, 'Types: deb deb-src')).join('\n\n')
}

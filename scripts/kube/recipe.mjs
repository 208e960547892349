import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The name of what the scripts in a folder build: what it is, and a hash of them all, so that another way to build it is another
 * name, and so is what an interrupted build left.
 */
export function recipe(scripts = import.meta.dirname) {
  const hash = createHash('sha256')
  const names = readdirSync(scripts).filter((name) => name.endsWith('.mjs'))
  for (const name of names.toSorted()) {
    const text = readFileSync(join(scripts, name))
    hash.update(`${name}\0${String(text.length)}\0`).update(text)
  }
  return `kubernetes-1.20.2-${hash.digest('hex').slice(0, 16)}`
}

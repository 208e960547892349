import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm } from './pnpm.mjs'
import { root } from './root.mjs'

const stamp = join(root, 'node_modules', '.installed-lockfile')

/** Installs the locked dependencies unless they are there already. Ends the process when that fails. */
export async function ensureInstalled() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  console.log('Installing the locked dependencies (the first time takes about a minute) …')
  const { ok } = await pnpm(
    'install --frozen-lockfile --config.confirmModulesPurge=false --reporter=append-only --loglevel=error',
  )
  if (!ok) {
    console.error('The dependencies could not be installed; see the lines above. Is the npm registry reachable?')
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

// Packs every public package as it would be published and checks the tarball: publint, attw, and no workspace leftovers.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { execute } from './execute.mjs'
import { pnpm } from './pnpm.mjs'
import { root } from './root.mjs'
import { packagesBelow } from './workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'bothkeys-pack-'))
try {
  for (const item of packagesBelow('packages').filter(({ manifest }) => manifest.private !== true)) {
    const found = await problems(item)
    for (const problem of found) console.error(`${item.name}: ${problem}`)
    if (found.length > 0) process.exitCode = 1
    console.log(`checked ${item.name}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function problems({ name, folder: packageFolder }) {
  const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}.tgz`)
  const packed = await pnpm(`pack --out ${tarball}`, { cwd: join(root, packageFolder), quiet: true })
  if (!packed.ok) return [packed.output]
  const results = [
    await execute(`publint run ${tarball} --strict`, { quiet: true }),
    // Without @types: that would ask the public registry about a package of the same name.
    await execute(`attw ${tarball} --profile esm-only --no-definitely-typed`, { quiet: true }),
  ]
  return [...results.filter((result) => !result.ok).map((result) => result.output), ...leftovers(tarball)]
}

function leftovers(tarball) {
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' })
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
  return [
    ...(/"workspace:|@bothkeys\/source/.test(manifest) ? ['package.json speaks of the workspace'] : []),
    ...(/^package\/LICENSE$/m.test(files) ? [] : ['the licence is missing']),
  ]
}

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
let failed = false

try {
  for (const { name, folder: packageFolder } of packagesBelow('packages')) {
    const tarball = join(folder, `${name.replace('@', '').replace('/', '-')}.tgz`)
    const packed = await pnpm(`pack --out ${tarball}`, { cwd: join(root, packageFolder), quiet: true })
    if (!packed.ok) report(name, packed.output)
    else for (const problem of await problems(tarball)) report(name, problem)
    console.log(`checked ${name}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

function report(name, problem) {
  failed = true
  console.error(`${name}: ${problem}`)
}

async function problems(tarball) {
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

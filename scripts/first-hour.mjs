// `npm run first-hour`: does what docs/first-hour.md says in an empty folder, with the packages as they would be published, on a
// PostgreSQL of its own, and fails where the page shows what does not happen.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { readPage } from './page.mjs'
import { pnpm } from './pnpm.mjs'
import { root } from './root.mjs'
import { runStep, steps } from './steps.mjs'
import { packagesBelow } from './workspace.mjs'

await ensureInstalled()
if (!process.argv.includes('--built')) {
  console.log('Building the packages …')
  const [build] = steps(['build'])
  if (!(await runStep(build))) process.exit(1)
}
// Built above.
const { startPostgres } = await import(join(root, 'tools', 'local-postgres', 'dist', 'index.js'))

const packages = packagesBelow('packages')
const page = readPage(readFileSync(join(root, 'docs', 'first-hour.md'), 'utf8'))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
if (!page.some(({ name, text }) => name === 'first.mjs' && readme.includes(`\n${text}`)))
  throw new Error('README.md does not show first.mjs of docs/first-hour.md')
const folder = mkdtempSync(join(tmpdir(), 'bothkeys-first-hour-'))
const tarballs = mkdtempSync(join(tmpdir(), 'bothkeys-packed-'))
const server = await startPostgres()
try {
  const packed = await packAll()
  const database = await server.createDatabase()
  await follow(packed, { DATABASE_URL: database.url })
} finally {
  await server.stop()
  for (const each of [folder, tarballs]) rmSync(each, { recursive: true, force: true })
}

/** What would come from the registry, by its name. */
async function packAll() {
  const files = new Map()
  for (const { folder: from, name } of packages) {
    const file = join(tarballs, `${name.replace('@', '').replace('/', '-')}.tgz`)
    // oxlint-disable-next-line no-await-in-loop -- One by one.
    const { ok, output } = await pnpm(`pack --out ${file}`, { cwd: join(root, from), quiet: true })
    if (!ok) throw new Error(`${name} could not be packed: ${output}`)
    files.set(name, file)
  }
  return files
}

async function follow(packed, env) {
  const startedAt = performance.now()
  let printed = ''
  let refusedAfter
  for (const { language, line, name, text } of page) {
    if (name !== undefined) writeFileSync(join(folder, name), text)
    else if (language === 'sh') {
      // oxlint-disable-next-line no-await-in-loop -- The page is read from above.
      printed = await run(installed(text, packed), env, line)
      if (/^refused: /m.test(printed)) refusedAfter ??= performance.now() - startedAt
    } else if (language === 'text') compare(text, printed, line)
    else throw new Error(`docs/first-hour.md:${String(line)}: nobody knows what to do with ${language}`)
  }
  if (refusedAfter === undefined) throw new Error('docs/first-hour.md: nothing was refused')
  console.log(`The first refused statement came ${(refusedAfter / 1000).toFixed(1)} seconds after the empty folder.`)
}

/** The same lines with the packed files in the place of their names, and with what those need of one another. */
function installed(text, packed) {
  return text.replaceAll(/@bothkeys\/[a-z0-9-]+/g, (named) =>
    [...closure(named)].map((name) => packed.get(name) ?? name).join(' '),
  )
}

function closure(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  const { dependencies = {}, peerDependencies = {} } = packages.find((item) => item.name === name)?.manifest ?? {}
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter((each) => each.startsWith('@bothkeys/'))
  for (const each of needed) closure(each, found)
  return found
}

async function run(commands, env, line) {
  console.log(commands.trimEnd().replaceAll(/^/gm, '$ '))
  const { ok, output } = await execute(`set -e\n${commands}`, { cwd: folder, env, quiet: true })
  console.log(output)
  if (!ok) throw new Error(`docs/first-hour.md:${String(line)}: a command failed`)
  return output
}

/** Every line that the page shows was printed, in this order. */
function compare(shown, printed, line) {
  const lines = printed.split('\n').map((each) => each.trim())
  let from = 0
  for (const [index, each] of shown.trimEnd().split('\n').entries()) {
    const at = lines.indexOf(each.trim(), from)
    if (at === -1)
      throw new Error(
        `docs/first-hour.md:${String(line + index + 1)}: this was not printed, or not in this order: ${each}`,
      )
    from = at + 1
  }
}

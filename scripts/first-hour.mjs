// `npm run first-hour`: does what docs/first-hour.md says in an empty folder, with the packages as they would be published, on a
// PostgreSQL of its own, and fails where the page shows what does not happen.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
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
// Installed and built above.
const { startPostgres } = await import(join(root, 'tools', 'local-postgres', 'dist', 'index.js'))
const { register } = await import('tsx/esm/api')
register()
const { blocksOf } = await import(join(root, 'tools', 'page-blocks', 'src', 'block.ts'))
const { missingFrom } = await import(join(root, 'tools', 'page-blocks', 'src', 'shell', 'script.ts'))

const packages = packagesBelow('packages')
const name = 'docs/first-hour.md'
const page = blocksOf(name, readFileSync(join(root, name), 'utf8'))
const readme = readFileSync(join(root, 'README.md'), 'utf8')
if (!page.some(({ file, text }) => file === 'first.mjs' && readme.includes(`\n${text}`)))
  throw new Error('README.md does not show first.mjs of docs/first-hour.md')
const packageNames = /@bothkeys\/[a-z0-9-]+/g
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

/** What would come from the registry, by its name: what the page speaks of, and what that needs. */
async function packAll() {
  const named = page.flatMap(({ text }) => text.match(packageNames) ?? [])
  const needed = new Set(named.flatMap((each) => [...closure(each)]))
  const files = new Map()
  for (const { folder: from, name: packageName } of packages.filter((item) => needed.has(item.name))) {
    const file = join(tarballs, `${packageName.replace('@', '').replace('/', '-')}.tgz`)
    // oxlint-disable-next-line no-await-in-loop -- One by one.
    const { ok, output } = await pnpm(`pack --out ${file}`, { cwd: join(root, from), quiet: true })
    if (!ok) throw new Error(`${packageName} could not be packed: ${output}`)
    files.set(packageName, file)
  }
  return files
}

async function follow(packed, env) {
  const startedAt = performance.now()
  let printed = ''
  let refusedAfter
  for (const { file, language, line, text } of page) {
    if (file !== undefined) writeFileSync(join(folder, file), text)
    else if (language === 'sh') {
      // oxlint-disable-next-line no-await-in-loop -- The page is read from above.
      printed = await run(installed(text, packed), env, line)
      if (/^refused: /m.test(printed)) refusedAfter ??= performance.now() - startedAt
    } else if (language === 'text') assertPrinted(text, printed, line)
    else throw new Error(`${name}:${String(line)}: nobody knows what to do with ${language}`)
  }
  if (refusedAfter === undefined) throw new Error(`${name}: nothing was refused`)
  console.log(`The first refused statement came ${(refusedAfter / 1000).toFixed(1)} seconds after the empty folder.`)
}

/** The same lines with the packed files in the place of their names, and with what those need of one another. */
function installed(text, packed) {
  return text.replaceAll(packageNames, (named) => [...closure(named)].map((each) => packed.get(each) ?? each).join(' '))
}

function closure(packageName, found = new Set()) {
  if (found.has(packageName)) return found
  found.add(packageName)
  const { dependencies = {}, peerDependencies = {} } =
    packages.find((item) => item.name === packageName)?.manifest ?? {}
  const needed = Object.keys({ ...dependencies, ...peerDependencies }).filter((each) => each.startsWith('@bothkeys/'))
  for (const each of needed) closure(each, found)
  return found
}

async function run(commands, env, line) {
  console.log(commands.trimEnd().replaceAll(/^/gm, '$ '))
  const { ok, output } = await execute(`set -e\n${commands}`, { cwd: folder, env, quiet: true })
  console.log(output)
  if (!ok) throw new Error(`${name}:${String(line)}: a command failed`)
  return output
}

/** Every line that the page shows was printed, in this order. */
function assertPrinted(shown, printed, line) {
  const lines = shown.trimEnd().split('\n')
  const prints = lines.map((text, index) => ({ text: text.trim(), line: line + index }))
  const missing = missingFrom(printed, { prints })
  if (missing === undefined) return
  throw new Error(`${name}:${String(missing.line)}: this was not printed, or not in this order: ${missing.text}`)
}

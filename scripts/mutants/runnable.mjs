import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../root.mjs'

const execute = promisify(execFile)
const config = {
  plugins: ['typescript'],
  categories: { correctness: 'off' },
  env: { builtin: true, es2024: true, node: true },
  rules: { 'eslint/no-undef': 'error' },
}

/** The mutants that leave code which cannot run, since any test would notice those: it does not parse, or names what is not there. */
export async function unrunnable(mutants) {
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-runnable-'))
  try {
    const written = new Map()
    const write = async (file, text, about) => {
      const name = `${String(written.size)}${extname(file)}`
      written.set(name, about)
      await writeFile(join(folder, name), text)
    }
    const sources = new Map()
    for (const { file } of mutants) {
      if (sources.has(file)) continue
      sources.set(file, await readFile(join(root, file), 'utf8'))
      await write(file, sources.get(file), { file })
    }
    for (const mutant of mutants) {
      const { file, find, replace } = mutant
      const source = sources.get(file)
      await write(
        file,
        source.replace(find, () => replace),
        { file, mutant },
      )
    }
    await writeFile(join(folder, '.oxlintrc.json'), JSON.stringify(config))
    return unlike(await problemsIn(folder), written)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The mutants with a problem that their file does not have without them. */
function unlike(problems, written) {
  const about = problems.map(({ filename, message }) => ({ ...written.get(filename.split(/[\\/]/).at(-1)), message }))
  const known = new Set(about.filter(({ mutant }) => mutant === undefined).map(keyOf))
  return about.filter((problem) => problem.mutant !== undefined && !known.has(keyOf(problem)))
}

function keyOf({ file, message }) {
  return `${file}: ${message}`
}

async function problemsIn(folder) {
  const oxlint = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint')
  const output = await execute(process.execPath, [oxlint, '--format', 'json', '.'], {
    cwd: folder,
    maxBuffer: 64 * 1024 * 1024,
  }).catch((error) => error)
  return JSON.parse(output.stdout).diagnostics
}

import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.mjs'

/** What a test run needs of the workspace. */
const copied = ['packages', 'tools', 'package.json', 'pnpm-workspace.yaml', 'vitest.config.ts', 'tsconfig.base.json']

/** A copy of the workspace in which guards can be taken out without anybody else noticing. */
export class Laboratory {
  #folder

  constructor(folder) {
    this.#folder = folder
  }

  static async open() {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-mutants-'))
    for (const name of copied) {
      const from = join(root, name)
      if (!existsSync(from)) continue
      // Links between packages are relative and stay so; only the store of modules is shared.
      await cp(from, join(folder, name), { recursive: true, verbatimSymlinks: true })
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    return new Laboratory(folder)
  }

  /** Takes one guard out, does something, and puts it back. Throws when the guard is not where the list says. */
  async mutate({ name, file, find, replace }, work) {
    const path = join(this.#folder, file)
    const source = await readFile(path, 'utf8')
    const places = source.split(find).length - 1
    if (places !== 1) throw new Error(`${name}: ${file} has ${String(places)} places like the guard, one is needed`)
    await writeFile(
      path,
      source.replace(find, () => replace),
    )
    try {
      return await work()
    } finally {
      await writeFile(path, source)
    }
  }

  /**
   * Runs test files, of them only the tests whose names match `only` if it is given; answers `passed`, `failed` or
   * `timed out`. Unit and integration tests go by their names.
   */
  async run(tests, timeoutMs, only) {
    const files = Array.from(new Set(tests))
    const named = only === undefined ? [] : ['--testNamePattern', only]
    for (const project of ['unit', 'int']) {
      const own = files.filter((file) => file.endsWith('.int.test.ts') === (project === 'int'))
      if (own.length === 0) continue
      const result = await this.#vitest(['run', '--project', project, '--bail', '1', ...named, ...own], timeoutMs)
      if (result.verdict !== 'passed') return result
    }
    return { verdict: 'passed', output: '' }
  }

  /** @param {readonly string[]} args */
  #vitest(args, timeoutMs) {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
        cwd: this.#folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
        resolve({ verdict: 'timed out', output })
      }, timeoutMs)
      child.on('close', (code) => {
        clearTimeout(timer)
        resolve({ verdict: code === 0 ? 'passed' : 'failed', output })
      })
    })
  }

  async close() {
    await rm(this.#folder, { recursive: true, force: true })
  }
}

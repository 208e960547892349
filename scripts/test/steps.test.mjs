import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../root.mjs'
import { kubeSteps, runStep, steps } from '../steps.mjs'
import { packagesBelow } from '../workspace.mjs'

const foldersOf = (name) => steps([name])[0].run.map(({ cwd }) => cwd)
const namesOf = (list) => list.map(({ name }) => name)

it('runs every example in one of two steps: what needs more than npm is not in npm test', () => {
  const all = packagesBelow('examples').map(({ folder }) => join(root, folder))
  const [npmAlone, more] = [foldersOf('examples'), foldersOf('programs')]
  expect(new Set([...npmAlone, ...more])).toEqual(new Set(all))
  expect(npmAlone.length + more.length).toBe(all.length)
  expect(more).toEqual([join(root, 'examples/ci-with-psql-and-kubectl')])
  expect(namesOf(steps())).toContain('examples')
  expect(namesOf(steps())).not.toContain('programs')
})

it('runs the examples that need more with the tests on Kubernetes, unless words choose among these', () => {
  expect(namesOf(kubeSteps([]))).toEqual(['kube', 'programs'])
  expect(kubeSteps([])[0].run).toEqual([{ command: 'vitest run --project kube' }])
  expect(kubeSteps(['smoke', 'door'])).toMatchObject([
    { name: 'kube', tests: true, run: [{ command: 'vitest run --project kube smoke door' }] },
  ])
})

it('fails an example whose programs are missing', () => {
  const cwd = join(root, 'examples/ci-with-psql-and-kubectl')
  const [, ...args] = steps(['programs'])[0].run[0].command.split(' ')
  // As on a machine with nothing on its PATH.
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, env: { PATH: cwd }, encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr).toContain('psql is not installed here, and the job of this example needs it')
})

it('runs as many command lines at once as a step says, and fails with any of them', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'bothkeys-steps-'))
  // Each goes on once the other has begun.
  const meets = (own, other) => ({
    command: `touch ${own}; timeout 30 sh -c 'until [ -e ${other} ]; do sleep 0.05; done'`,
    cwd,
    quiet: true,
  })
  const fails = { command: 'exit 1', quiet: true }
  try {
    expect(await runStep({ atOnce: 2, run: [meets('one', 'other'), meets('other', 'one')] })).toBe(true)
    expect(await runStep({ atOnce: 2, run: [meets('one', 'other'), fails, meets('other', 'one')] })).toBe(false)
    expect(await runStep({ run: [fails, meets('one', 'other')] })).toBe(false)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
})

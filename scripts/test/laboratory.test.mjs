import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Laboratory } from '../mutants/laboratory.mjs'

/** A workspace that takes no time: a sum, who adds by it, and tests that go through Vitest, a process and neither. */
const files = {
  'package.json': '{ "type": "module" }',
  'vitest.config.ts': `
    const project = (name: string, include: string) => ({
      test: { name, testTimeout: 600_000, expect: { poll: { timeout: 600_000 } }, include: [include], exclude: name === 'unit' ? ['**/*.int.test.ts'] : [] },
    })
    export default { test: { projects: [project('unit', '**/*.test.ts'), project('int', '**/*.int.test.ts')] } }`,
  'packages/a/src/sum.ts': 'export const sum = (a: number, b: number): number => a + b\n',
  'packages/a/src/twice.ts': `import { sum } from './sum'\nexport const twice = (a: number): number => sum(a, a)\n`,
  'packages/a/src/told.mjs': `console.log('six')\n`,
  'packages/a/test/twice.test.ts': `
    import { expect, it } from 'vitest'
    import { twice } from '../src/twice'
    it('doubles three', () => expect(twice(3)).toBe(6))
    it('doubles nothing', () => expect(twice(0)).toBe(0))`,
  'packages/a/test/twice.int.test.ts': `
    import { expect, it } from 'vitest'
    import { twice } from '../src/twice'
    it('doubles three', () => expect(twice(3)).toBe(6))`,
  'packages/a/test/told.test.ts': `
    import { execFileSync } from 'node:child_process'
    import { expect, it } from 'vitest'
    it('is told', () => expect(execFileSync('node', ['packages/a/src/told.mjs'], { encoding: 'utf8' })).toBe('six\\n'))`,
  'packages/a/test/meddling.test.ts': `
    import { writeFileSync } from 'node:fs'
    import { it } from 'vitest'
    it('gets another sum than the file had', async () => {
      writeFileSync('packages/a/src/sum.ts', 'export const sum = () => 6')
      await import('../src/twice')
    })`,
  'packages/a/test/crashing.test.ts': `
    import { it } from 'vitest'
    import { sum } from '../src/sum'
    it('crashes where one and one are not two', () => {
      if (sum(1, 1) !== 2) process.kill(process.pid, 'SIGKILL')
    })`,
  'packages/a/test/polling.test.ts': `
    import { expect, it } from 'vitest'
    import { sum } from '../src/sum'
    it('waits until one and one are two', () => expect.poll(() => sum(1, 1)).toBe(2))`,
  'packages/a/test/patient.test.ts': `
    import { expect, it } from 'vitest'
    it('has no patience of its own', () => expect(process.env['BOTHKEYS_PATIENCE_MS']).toBeUndefined())`,
  'packages/a/test/late.test.ts': `
    import { it } from 'vitest'
    import { sum } from '../src/sum'
    it('fails when it is over', async () => {
      if (sum(1, 1) !== 2) setImmediate(() => void Promise.reject(new Error('late')))
      await new Promise((resolve) => setTimeout(resolve, 50))
    })`,
  'packages/a/test/leaving.test.ts': `
    import { it } from 'vitest'
    it('ends whoever runs it', async () => {
      process.kill(process.ppid, 'SIGKILL')
      await new Promise(() => {})
    })`,
}
const unit = 'packages/a/test/twice.test.ts'
const sum = 'packages/a/src/sum.ts'
const loss = { file: sum, find: 'a + b', replace: 'a - b' }
const nothing = { file: sum, find: 'a + b', replace: 'b + a' }
const endless = { file: sum, find: 'export', replace: 'for (;;);\nexport' }
const enough = { limitMs: 120_000 }

let workspace
let laboratory

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'bothkeys-workspace-'))
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, file)), { recursive: true })
    await writeFile(join(workspace, file), text)
  }
  laboratory = await Laboratory.open(workspace)
})

afterAll(async () => {
  await laboratory?.close()
  await rm(workspace, { recursive: true, force: true })
})

const run = (test, options = enough) => laboratory.run(test, options)
const without = (mutant, test, options = enough) => laboratory.mutate(mutant, () => laboratory.run(test, options))

describe('a laboratory', () => {
  it('tells what a test notices from what none does, one after the other and in both orders', async () => {
    const verdicts = []
    for (const mutant of [loss, nothing, nothing, loss, loss]) {
      verdicts.push((await without(mutant, unit)).verdict)
      verdicts.push((await run(unit)).verdict)
    }
    expect(verdicts).toEqual(
      ['failed', 'passed', 'passed', 'failed', 'failed'].flatMap((verdict) => [verdict, 'passed']),
    )
  })

  it('stops at the first test that fails', async () => {
    expect((await without(nothing, unit)).ran).toBe(2)
    expect((await without(loss, unit)).ran).toBe(1)
  })

  it.each(['crashing', 'late'])('counts tests as failed that end in another way: %s', async (name) => {
    const test = `packages/a/test/${name}.test.ts`
    expect((await run(test)).verdict).toBe('passed')
    expect((await without(loss, test)).verdict).toBe('failed')
    expect((await run(test)).verdict).toBe('passed')
  })

  it('says whether the tests were given the file', async () => {
    expect((await without(nothing, unit)).loaded).toContain(sum)
    expect((await without(nothing, 'packages/a/test/told.test.ts')).loaded).not.toContain(sum)
  })

  it('runs integration tests in their own project', async () => {
    expect((await run('packages/a/test/twice.int.test.ts')).verdict).toBe('passed')
    expect((await without(loss, 'packages/a/test/twice.int.test.ts')).verdict).toBe('failed')
  })

  it('shows the loss to processes that tests start', async () => {
    const mutant = { file: 'packages/a/src/told.mjs', find: 'six', replace: 'seven' }
    expect((await without(mutant, 'packages/a/test/told.test.ts')).verdict).toBe('failed')
    expect((await run('packages/a/test/told.test.ts')).verdict).toBe('passed')
  })

  it('runs only the tests that have a name', async () => {
    expect((await without(loss, unit, { ...enough, only: 'nothing' })).verdict).toBe('passed')
    expect((await without(loss, unit, { ...enough, only: 'three' })).verdict).toBe('failed')
    expect((await without(loss, unit, { ...enough, only: 'no such test' })).verdict).toBe('nothing ran')
    expect((await without(loss, unit)).verdict).toBe('failed')
  })

  it('waits no longer for what does not come than it is told', async () => {
    const polling = 'packages/a/test/polling.test.ts'
    const patient = 'packages/a/test/patient.test.ts'
    expect((await without(loss, polling, { ...enough, patienceMs: 100 })).verdict).toBe('failed')
    expect((await run(patient, { ...enough, patienceMs: 100 })).verdict).toBe('failed')
    expect((await run(patient)).verdict).toBe('passed')
    expect((await without(loss, polling, { limitMs: 2500 })).verdict).toBe('timed out')
  })

  it('ends tests that hang, and goes on', async () => {
    expect((await without(endless, unit, { limitMs: 1500 })).verdict).toBe('timed out')
    expect((await run(unit)).verdict).toBe('passed')
    expect((await without(loss, unit)).verdict).toBe('failed')
  })

  it('says so when the process that runs the tests ends, and goes on', async () => {
    await expect(run('packages/a/test/leaving.test.ts')).rejects.toThrow('ended by itself')
    expect((await run(unit)).verdict).toBe('passed')
  })

  it('says so when tests ran on anything but what was written, and goes on', async () => {
    await expect(without(nothing, 'packages/a/test/meddling.test.ts')).rejects.toThrow('the tests ran with another')
    expect((await run(unit)).verdict).toBe('passed')
  })

  it('refuses a file that does not hold what was written', async () => {
    await expect(
      laboratory.mutate(nothing, async () => {
        await writeFile(join(laboratory.folder, sum), 'export const sum = () => 6')
        return await run(unit)
      }),
    ).rejects.toThrow('does not hold what was written')
    expect((await run(unit)).verdict).toBe('passed')
  })

  it('refuses a guard that is not where it is said to be', async () => {
    await expect(without({ file: sum, find: 'a * b', replace: '' }, unit)).rejects.toThrow('has 0 places')
    await expect(without({ file: sum, find: 'number', replace: '' }, unit)).rejects.toThrow('has 3 places')
  })
})

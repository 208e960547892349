import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'

type Held = { readonly pid: number; readonly dataDirectory: string }

/** Runs a process of its own group, as a shell would, that starts a server. */
async function holdPostgres(...args: readonly string[]): Promise<{ parent: ChildProcess; held: Held }> {
  const script = fileURLToPath(new URL('./fixtures/hold-postgres.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--conditions=@bothkeys/source', '--import', 'tsx', script, ...args], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  return { parent, held: JSON.parse(line) as Held }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function expectNothingLeft({ pid, dataDirectory }: Held): Promise<void> {
  await vi.waitFor(
    () => {
      expect(isRunning(pid)).toBe(false)
      expect(existsSync(dataDirectory)).toBe(false)
    },
    { timeout: 60_000, interval: 50 },
  )
}

it('stops the server when its process is killed', async () => {
  const { parent, held } = await holdPostgres()
  expect(isRunning(held.pid)).toBe(true)
  parent.kill('SIGKILL')
  await expectNothingLeft(held)
})

it('stops the server on Ctrl-C, which signals the whole process group', async () => {
  const { parent, held } = await holdPostgres()
  process.kill(-(parent.pid ?? Number.NaN), 'SIGINT')
  await expectNothingLeft(held)
})

it('lets a process end that forgot to stop its server, and stops it', async () => {
  const { parent, held } = await holdPostgres('exit')
  if (parent.exitCode === null) await once(parent, 'exit')
  expect(parent.exitCode).toBe(0)
  await expectNothingLeft(held)
})

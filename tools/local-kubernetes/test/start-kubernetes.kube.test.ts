import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { callApi, startKubernetes } from '@bothkeys/local-kubernetes'
import { testCluster } from '@bothkeys/local-kubernetes/vitest'
import { expect, it, vi } from 'vitest'

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('runs beside another one, and leaves nothing when it is stopped', async () => {
  const { cluster, stop } = await startKubernetes()
  expect(cluster.url).not.toBe(testCluster().url)
  await callApi(cluster, 'POST', '/api/v1/namespaces', { metadata: { name: 'only-here' } })
  await expect(callApi(testCluster(), 'GET', '/api/v1/namespaces/only-here')).rejects.toThrow('404')
  expect(cluster.pids.map(isRunning)).toEqual([true, true])
  await stop()
  await stop()
  expect(cluster.pids.map(isRunning)).toEqual([false, false])
  expect(existsSync(cluster.authority.folder)).toBe(false)
})

it('leaves nothing when its process is killed', async () => {
  const script = fileURLToPath(new URL('./fixtures/hold-kubernetes.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--conditions=@bothkeys/source', '--import', 'tsx', script], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
  const { pids, folder } = JSON.parse(line) as { pids: readonly number[]; folder: string }
  expect(pids.map(isRunning)).toEqual([true, true])
  parent.kill('SIGKILL')
  await vi.waitFor(
    () => {
      expect(pids.map(isRunning)).toEqual([false, false])
      expect(existsSync(folder)).toBe(false)
    },
    { timeout: 60_000, interval: 50 },
  )
})

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KubeConfig } from '@kubernetes/client-node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Upstream } from '../../src/door/upstream.js'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-'))
  writeFileSync(join(folder, 'pids'), '')
})
afterEach(() => {
  for (const pid of pids().filter(isThere)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true })
})

/** A configuration whose plugin is a shell script, which finds its folder in $1. */
function configOf(script: string): KubeConfig {
  const config = new KubeConfig()
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script, 'sh', folder] }
  config.loadFromClusterAndUser(
    { name: 'here', server: 'https://127.0.0.1:1', skipTLSVerify: false },
    { name: 'bot', exec },
  )
  return config
}

/** Processes that a plugin noted. */
const pids = (): number[] => readFileSync(join(folder, 'pids'), 'utf8').split('\n').filter(Boolean).map(Number)

function isThere(pid: number): boolean {
  try {
    // A process that ended and that nobody has asked for is none.
    return !/\) Z /.test(readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  } catch {
    return false
  }
}

const hanging = 'echo $$ >> "$1/pids"; sleep 600 & echo $! >> "$1/pids"; wait'
const token = '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
const times = <Value>(count: number, of: () => Value): Value[] => Array.from({ length: count }, of)

describe.runIf(process.platform === 'linux')('a plugin that logs in', () => {
  it('is one process for all requests that come meanwhile, and ends with what it started when it hangs', async () => {
    const upstream = new Upstream(configOf(hanging), 4_000)
    const logins = await Promise.all(times(5, () => upstream.prepare().catch((error: unknown) => error)))
    expect(logins).toMatchObject(times(5, () => ({ code: 'ERR_DEADLINE' })))
    expect(pids()).toHaveLength(2)
    await expect.poll(() => pids().filter(isThere)).toEqual([])
    upstream.close()
  })

  it('is asked anew behind one that hung', async () => {
    const upstream = new Upstream(configOf(`if [ -s "$1/pids" ]; then echo '${token}'; else ${hanging}; fi`), 4_000)
    await expect(upstream.prepare()).rejects.toMatchObject({ code: 'ERR_DEADLINE' })
    await expect(upstream.prepare()).resolves.toBeTypeOf('function')
    upstream.close()
  })

  it('is asked before each request, and once for those that come at the same time', async () => {
    const upstream = new Upstream(configOf(`echo $$ >> "$1/pids"; echo '${token}'`), 60_000)
    await Promise.all([...times(3, () => upstream.prepare()), upstream.prepareSocket()])
    expect(pids()).toHaveLength(1)
    await upstream.prepare()
    expect(pids()).toHaveLength(2)
    upstream.close()
  })

  it('is left alone where somebody else asks the configuration', async () => {
    const config = configOf(`echo '${token}'`)
    const upstream = new Upstream(config, 60_000)
    await upstream.prepare()
    const options = { headers: {} }
    await config.applyToHTTPSOptions(options)
    expect(options.headers).toEqual({ Authorization: 'Bearer t' })
    upstream.close()
  })
})

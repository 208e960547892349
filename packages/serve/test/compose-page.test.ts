import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../src/config/config.js'

interface Service {
  readonly user?: string
  readonly group_add?: readonly string[]
  readonly command?: readonly string[]
  readonly networks?: readonly string[]
  readonly network_mode?: string
  readonly volumes: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly cap_add?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly read_only?: boolean
  readonly ports?: unknown
  readonly privileged?: unknown
  readonly pid?: unknown
  readonly stop_grace_period?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
}

const { networks, services, volumes } = parse(
  readFileSync(new URL('../../../docs/serve/compose.yaml', import.meta.url), 'utf8'),
) as {
  readonly services: Readonly<Record<'folders' | 'bothkeys' | 'agent', Service>>
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>
  readonly volumes: object
}
const page = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8')
const [, example = ''] = /```yaml\n(.*?)```/su.exec(page) ?? []

describe('docs/serve/compose.yaml', () => {
  it('makes every folder of the configuration that docs/serve.md shows', () => {
    const made = services.folders.command?.join(' ') ?? ''
    const named = [...page.matchAll(/(?:path|folder): (\/(?:run|var)\/[\w./-]+)/gu)].map(([, path = '']) => path)
    const folders = named.map((path) => path.replace(/\/[\w-]+\.sock$/u, ''))
    expect(folders).toHaveLength(4)
    for (const folder of folders) expect(made.split(/\s/u)).toContain(folder)
  })

  it('lets agents share the sockets with the process, and nothing else', () => {
    const { agent, bothkeys } = services
    const shared = agent.volumes.filter((volume) => bothkeys.volumes.includes(volume.replace(/:ro$/u, '')))
    expect([shared, agent.volumes]).toEqual([['doors:/run/bothkeys:ro'], ['doors:/run/bothkeys:ro']])
    expect(agent.networks?.filter((network) => bothkeys.networks?.includes(network))).toEqual([])
    expect(agent.user?.split(':')[0]).not.toBe(bothkeys.user?.split(':')[0])
    // The group of the sockets' folders, and no other.
    expect(bothkeys.group_add).toEqual([agent.user?.split(':')[1]])
  })

  it('gives no service a right that it does not use', () => {
    for (const each of Object.values(services)) {
      expect(each.cap_drop).toEqual(['ALL'])
      expect(each.security_opt).toEqual(['no-new-privileges:true'])
      for (const key of ['ports', 'privileged', 'pid'] as const) expect(each).not.toHaveProperty(key)
    }
    const { agent, bothkeys, folders } = services
    expect([agent.cap_add, bothkeys.cap_add, folders.network_mode]).toEqual([undefined, undefined, 'none'])
    for (const { user } of [agent, bothkeys]) expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/u)
    expect(bothkeys.read_only).toBe(true)
    expect(bothkeys.volumes.filter((volume) => volume.includes('/etc/'))).toEqual(['./bothkeys:/etc/bothkeys:ro'])
  })

  it('names nothing that it does not define, and no secret', () => {
    const all = Object.values(services)
    expect(new Set(all.flatMap((each) => each.networks ?? []))).toEqual(new Set(Object.keys(networks)))
    const used = all.flatMap((each) => each.volumes).map((volume) => volume.split(':')[0] ?? '')
    expect(new Set(used.filter((name) => !name.startsWith('.')))).toEqual(new Set(Object.keys(volumes)))
    expect(networks['database']).toEqual({ internal: true })
    const told = all.flatMap((each) => Object.keys(each.environment ?? {}))
    expect(told.filter((name) => !['PGHOST', 'PGDATABASE'].includes(name))).toEqual([])
  })

  it('asks a socket of the configuration whether the process is ready, by a program that runs', async () => {
    const [how, program, flag, script = ''] = services.bothkeys.healthcheck?.test ?? []
    expect([how, program, flag]).toEqual(['CMD', 'node', '-e'])
    const [, socket] = /socketPath: '([^']+)'/u.exec(script) ?? []
    expect(parseConfig('serve.yaml', example).control.map(({ path }) => path)).toContain(socket)
    const folder = mkdtempSync(join(tmpdir(), 'bk-'))
    const there = join(folder, 'control.sock')
    let status = 200
    const server = createServer((request, response) => {
      response.writeHead(request.url === '/readyz' ? status : 404).end()
    })
    const asks = (): Promise<unknown> =>
      promisify(execFile)(process.execPath, ['-e', script.replace(socket ?? '', there)]).then(
        () => 'well',
        (error: { readonly code: number }) => error.code,
      )
    expect(await asks()).toBe(1)
    await new Promise<void>((resolve) => server.listen(there, resolve))
    expect(await asks()).toBe('well')
    status = 503
    expect(await asks()).toBe(1)
    server.close()
    rmSync(folder, { recursive: true })
  })

  it('waits longer for the end than the process does', () => {
    const waits = Number.parseInt(services.bothkeys.stop_grace_period ?? '', 10)
    expect(waits).toBeGreaterThan(parseConfig('serve.yaml', example).drainSeconds)
  })
})

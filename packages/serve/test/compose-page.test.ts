import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Service {
  readonly user?: string
  readonly command?: readonly string[]
  readonly networks?: readonly string[]
  readonly volumes: readonly string[]
}

const { services } = parse(readFileSync(new URL('../../../docs/serve/compose.yaml', import.meta.url), 'utf8')) as {
  readonly services: Readonly<Record<'folders' | 'bothkeys' | 'agent', Service>>
}
const page = readFileSync(new URL('../../../docs/serve.md', import.meta.url), 'utf8')

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
  })
})

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '@bothkeys/local-postgres'
import { parse } from 'yaml'
import type { Issuer } from './issuer.js'

/** Where pages have the files of `bothkeys serve`. */
export const places = ['/etc/bothkeys', '/run/bothkeys', '/var/lib/bothkeys'] as const

const policy = {
  version: 1,
  targets: { orders: { kind: 'postgres' } },
  roles: { ingest: [{ target: 'orders', duty: ['read', 'write'], resource: 'table:public.*' }] },
}
const people = {
  version: 1,
  issuer: 'https://idp.example.com',
  people: { ann: { accounts: ['ann'], roles: [] } },
  agents: { etl: { account: 'etl-agent', owners: ['ann'], agentClass: 'etl', roles: ['ingest'] } },
}

interface Config {
  readonly identity: readonly object[]
  readonly approvers?: readonly object[]
  readonly targets: readonly object[]
  readonly [key: string]: unknown
}

/**
 * Makes the folders and files of a configuration that a page shows, below `folder`: its own but for the servers, which are on this machine,
 * and for keys of theirs, which are files.
 */
export function makeServedFolder(folder: string, yaml: string, database: Database, issuer: Issuer): void {
  for (const place of places) mkdirSync(join(folder, place), { recursive: true, mode: 0o700 })
  for (const socket of ['orders', 'control', 'desk']) mkdirSync(join(folder, '/run/bothkeys', socket), { mode: 0o700 })
  const config = parse(below(folder, yaml)) as Config
  const keys = { jwks: undefined, jwksFile: 'keys.jwks' }
  const files = {
    'policy.yaml': policy,
    'people.yaml': people,
    'serve.yaml': {
      ...config,
      identity: config.identity.map((each) => ({ ...each, ...keys })),
      approvers: (config.approvers ?? []).map((each) => ({ ...each, ...keys })),
      targets: config.targets.map((each) => ({
        ...each,
        host: database.host,
        port: database.port,
        database: database.name,
        user: database.user,
      })),
    },
  }
  for (const [name, content] of Object.entries(files))
    write(join(folder, '/etc/bothkeys', name), JSON.stringify(content))
  write(join(folder, '/etc/bothkeys/keys.jwks'), issuer.jwks)
  const credentials = join(folder, 'credentials')
  mkdirSync(credentials, { mode: 0o700 })
  write(join(credentials, 'orders'), database.password)
}

/** Puts the places of pages below a folder. */
export function below(folder: string, text: string): string {
  return places.reduce((all, place) => all.replaceAll(place, join(folder, place)), text)
}

function write(path: string, content: string): void {
  writeFileSync(path, content, { mode: 0o600 })
}

import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey } from 'jose'
import type { Issuer } from './issuer.js'
import { issuerName, makeIssuer, verifierOptions } from './issuer.js'

/** Who signs for what people decided. */
export const deskIssuer = 'https://desk.test'

/** Reads are allowed, inserts are, updates wait for a person, and nothing else is. */
export const policy = {
  version: 1,
  targets: { db: { kind: 'postgres' } },
  roles: {
    agent: [
      { target: 'db', duty: ['read', 'write'], resource: 'table:public.*' },
      { target: 'db', duty: 'execute', resource: 'function:pg_catalog.pg_sleep' },
    ],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'held',
      target: 'db',
      duty: 'write',
      resource: 'table:public.held',
      require: [{ stage: 'peer', count: 1, role: 'dba' }],
      ttl: '10m',
      level: 'signed',
    },
  ],
} as const

const people = {
  version: 1,
  issuer: issuerName,
  people: { ada: { accounts: ['ada'], roles: [] }, grace: { accounts: ['grace'], roles: ['dba'] } },
  agents: Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => {
      const account = `agent-${String(index + 1)}`
      return [account, { account, owners: ['ada'], agentClass: 'etl', roles: ['agent'] }]
    }),
  ),
}

/** What a folder of `bothkeys serve` is made for. */
export interface FolderOptions {
  readonly database: { readonly host: string; readonly port: number; readonly name: string }
  readonly login: { readonly user: string; readonly password: string }
  /** Roles that may create objects in the database. */
  readonly schemaWriters?: readonly string[]
  /** Whose it is. Default: this process's own. */
  readonly owner?: { readonly uid: number; readonly gid: number }
  /** The group that may connect to the door and the control socket. Default: nobody else. */
  readonly group?: number
  readonly maxConnections?: number
  /** Further members of the configuration. */
  readonly config?: object
  readonly policy?: object
  /** Whether the socket that shows held statements is for operators, too. */
  readonly operators?: boolean
}

/** Everything that `bothkeys serve` is told, in a folder. */
export interface ServedFolder {
  readonly path: string
  /** The database that the door leads to. */
  readonly database: string
  readonly config: string
  readonly passwordFile: string
  readonly journal: string
  readonly policy: string
  /** The folder of the door's socket. */
  readonly door: string
  readonly control: string
  /** The socket that shows held statements. */
  readonly approvals: string
  readonly issuer: Issuer
  readonly deskKey: CryptoKey
}

/** Writes a folder that is right. */
export async function makeServedFolder(options: FolderOptions): Promise<ServedFolder> {
  const { database, group, login, maxConnections = 500, owner, schemaWriters = [] } = options
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'bk-')))
  const issuer = await makeIssuer()
  const desk = await generateKeyPair('ES256', { extractable: true })
  const files = {
    'policy.yaml': JSON.stringify(options.policy ?? policy),
    'people.yaml': JSON.stringify(people),
    'issuer.jwks': issuer.jwks,
    'desk.jwks': JSON.stringify({ keys: [{ ...(await exportJWK(desk.publicKey)), alg: 'ES256' }] }),
    'db.password': login.password,
    'serve.yaml': JSON.stringify({
      version: 1,
      engine: 'doors',
      policy: { file: 'policy.yaml' },
      directory: { kind: 'file', file: 'people.yaml' },
      identity: [{ ...verifierOptions, jwksFile: 'issuer.jwks', dpop: { required: false } }],
      approvers: [{ kind: 'signed', name: 'desk', issuer: deskIssuer, jwksFile: 'desk.jwks' }],
      journal: { folder: 'journal' },
      targets: [
        {
          name: 'db',
          kind: 'postgres',
          host: database.host,
          port: database.port,
          database: database.name,
          user: login.user,
          passwordFile: 'db.password',
          schemaWriters,
          listen: { path: 'door', socketMode: group === undefined ? '0600' : '0660', maxConnections },
        },
      ],
      control: [
        { path: 'run/control.sock', socketMode: group === undefined ? '0600' : '0660' },
        { path: 'desk/approvals.sock', sessions: false, approvals: true, operators: options.operators ?? false },
      ],
      ...options.config,
    }),
  }
  for (const [name, content] of Object.entries(files)) write(join(path, name), content, owner)
  chmodSync(path, 0o711)
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
  for (const [name, shared] of [
    ['door', true],
    ['run', true],
    ['desk', false],
  ] as const) {
    const folder = join(path, name)
    mkdirSync(folder)
    if (owner !== undefined) chownSync(folder, owner.uid, shared ? (group ?? owner.gid) : owner.gid)
    // What is made in it belongs to its group.
    chmodSync(folder, shared && group !== undefined ? 0o2750 : 0o700)
  }
  return {
    path,
    database: database.name,
    config: join(path, 'serve.yaml'),
    passwordFile: join(path, 'db.password'),
    journal: join(path, 'journal'),
    policy: join(path, 'policy.yaml'),
    door: join(path, 'door'),
    control: join(path, 'run', 'control.sock'),
    approvals: join(path, 'desk', 'approvals.sock'),
    issuer,
    deskKey: desk.privateKey,
  }
}

function write(path: string, content: string, owner: FolderOptions['owner']): void {
  writeFileSync(path, content, { mode: 0o600 })
  if (owner !== undefined) chownSync(path, owner.uid, owner.gid)
}

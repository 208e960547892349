import { refusedSecret, maybeCredential, maybePath, path } from './secret-keys.js'
import type { Problems, Shape } from './shape.js'
import { either, flag, group, kinds, list, oneOf, oneOrMore, optional, otherwise, table, text, whole } from './shape.js'
import type { ConfigPath } from './yaml-text.js'

const algorithm = oneOf(
  'ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519',
) // prettier-ignore

const url = text('a URL', /^https?:\/\/[^\s]{1,2000}$/)
const maybeUrl = optional(url)
const pointer = text('a JSON Pointer', /^\/.{0,500}$/u)
const kind = oneOf('agent', 'human', 'workload')

/** Of the two places where something can stand, one. */
export function exactlyOne(
  names: readonly string[],
  value: Readonly<Record<string, unknown>>,
  at: ConfigPath,
  problems: Problems,
): void {
  if (names.filter((name) => value[name] !== undefined).length !== 1)
    problems.add(at, `one of these is needed, and only one: ${names.join(', ')}`)
}

/** Whose signatures let a policy widen, and who signs approvals: an issuer and its public keys. */
const signer = { issuer: text(), jwks: maybeUrl, jwksFile: maybePath } as const

export const policy = group({
  file: path,
  signature: maybePath,
  authority: optional(group(signer, (value, at, problems) => exactlyOne(['jwks', 'jwksFile'], value, at, problems))),
})

export const directory = kinds({
  file: group({ file: path }),
  http: group(
    {
      url,
      issuer: text(),
      token: refusedSecret('name it in tokenFile or tokenCredential'),
      tokenFile: maybePath,
      tokenCredential: maybeCredential,
      attribute: optional(oneOf('externalId', 'id', 'userName')),
      person: optional(oneOf('employeeNumber', 'id')),
      roles: optional(oneOf('directory', 'token')),
      maxAgeMs: optional(whole(0, 60_000)),
      timeoutMs: optional(whole(1, 30_000)),
      lists: optional(flag),
    },
    (value, at, problems) => exactlyOne(['tokenFile', 'tokenCredential'], value, at, problems),
  ),
})

const claimTable = <Value>(
  value: Shape<Value>,
): Shape<{ readonly claim: string; readonly values: Readonly<Record<string, Value>> }> =>
  group({ claim: pointer, values: table(value) })

/** One identity provider: the options of `jwtVerifier`. */
export const identity = group(
  {
    issuer: text(),
    audience: oneOrMore(text()),
    algorithms: list(algorithm, 1, 11),
    jwks: maybeUrl,
    jwksFile: maybePath,
    typ: optional(oneOf('at+jwt', 'JWT')),
    subjectIsClient: optional(flag),
    maxLifetimeS: optional(whole(1, 86_400)),
    clockToleranceS: optional(whole(0, 60)),
    phishingResistantAcr: optional(list(text())),
    kind: optional(either(kind, claimTable(kind))),
    roles: oneOrMore(pointer),
    roleMap: optional(table(text())),
    spaceDelimitedRoles: optional(flag),
    agentClass: optional(claimTable(text())),
    owners: optional(either(pointer, group({ claim: pointer, issuer: text() }))),
    run: optional(pointer),
    change: optional(pointer),
    dpop: optional(
      group({
        algorithms: optional(list(algorithm, 1, 11)),
        maxAgeS: optional(whole(1, 300)),
        nonce: otherwise(flag, true),
        required: otherwise(flag, true),
        remembered: optional(whole(10, 10_000_000)),
      }),
    ),
  },
  (value, at, problems) => {
    if (value.jwks !== undefined && value.jwksFile !== undefined)
      problems.add(at, 'jwks and jwksFile exclude each other')
  },
)

/** Whose signatures are approvals, and what they prove. */
const evidence = {
  name: text(),
  ...signer,
  level: optional(oneOf('channel', 'signed', 'phishing-resistant')),
  clockToleranceS: optional(whole(0, 60)),
} as const

/** How people answer. Each kind is one way in for what they signed; `webhook` asks them as well. */
export const approver = kinds({
  signed: group(evidence, (value, at, problems) => exactlyOne(['jwks', 'jwksFile'], value, at, problems)),
  webhook: group(
    {
      ...evidence,
      url,
      key: refusedSecret('name it in keyFile or keyCredential'),
      keyFile: maybePath,
      keyCredential: maybeCredential,
      algorithm: oneOf('ES256', 'EdDSA', 'Ed25519'),
      keyId: optional(text()),
      deadlineMs: optional(whole(1, 300_000)),
    },
    (value, at, problems) => {
      exactlyOne(['jwks', 'jwksFile'], value, at, problems)
      exactlyOne(['keyFile', 'keyCredential'], value, at, problems)
    },
  ),
})

export const journal = group({ folder: path, head: maybePath, segmentBytes: optional(whole(1_048_576, 2 ** 40)) })

/** One object, so that what it means when it is left out is said once. */
const memory = Object.freeze({ kind: 'memory' as const })

export const ledger: Shape<
  | { readonly kind: 'memory' }
  | ({ readonly kind: 'postgres' } & {
      readonly connectionStringFile: string | undefined
      readonly connectionStringCredential: string | undefined
      readonly schema: string | undefined
      readonly create: boolean | undefined
      readonly maxConnections: number | undefined
    })
> = {
  ...kinds({
    memory: group({}),
    postgres: group(
      {
        connectionString: refusedSecret('name it in connectionStringFile or connectionStringCredential'),
        connectionStringFile: maybePath,
        connectionStringCredential: maybeCredential,
        schema: optional(text('a plain lower case name', /^[a-z_][a-z0-9_]{0,62}$/)),
        create: optional(flag),
        maxConnections: optional(whole(1, 100)),
      },
      (value, at, problems) => exactlyOne(['connectionStringFile', 'connectionStringCredential'], value, at, problems),
    ),
  }),
  otherwise: '`kind: memory`',
  absent: () => memory,
}

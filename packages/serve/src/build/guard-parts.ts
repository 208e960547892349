import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type {
  Approver,
  Directory,
  JournalFactory,
  JwtVerifierOptions,
  Ledger,
  PolicyAuthority,
  PolicySource,
} from '@bothkeys/core'
import { fileDirectory, fileJournal, fileSource, httpDirectory, signedApprover, webhookApprover } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { ServeConfig } from '../config/config.js'
import { readBoundedText } from '../files/bounded-text.js'
import { readPrivateKey } from '../files/private-key.js'
import type { Places } from '../files/secret.js'
import { readSecret } from '../files/secret.js'
import { trustedFile, trustedFolder } from '../files/trusted-file.js'
import { given } from './given.js'

/** Each of these checks the files that it names. Throws ERR_CONFIG_INVALID. */

export function policyOf({ file, signature }: ServeConfig['policy'], places: Places): PolicySource {
  const path = told(file, 'the policy file', places)
  if (signature === undefined) return fileSource(path)
  // It may come later; its folder is the policy's or as safe.
  const at = places.resolve(signature)
  if (existsSync(at)) trustedFile(at, 'told', 'the signature of the policy')
  else trustedFolder(dirname(at), 'the folder of the signature of the policy')
  return fileSource(path, { signature: at })
}

export function authorityOf({ authority }: ServeConfig['policy'], places: Places): PolicyAuthority | undefined {
  return authority && { issuer: authority.issuer, jwks: keysOf(authority, places) }
}

export function directoryOf(config: ServeConfig['directory'], places: Places): Directory {
  switch (config.kind) {
    case 'file':
      return fileDirectory(told(config.file, 'the directory file', places))
    case 'http': {
      const { attribute, issuer, lists, maxAgeMs, person, roles, timeoutMs, tokenCredential, tokenFile, url } = config
      const token = readSecret({ file: tokenFile, credential: tokenCredential }, 'the token of the directory', places)
      return httpDirectory({ ...given({ attribute, lists, maxAgeMs, person, roles, timeoutMs }), issuer, token, url })
    }
  }
}

export function providersOf({ engine, identity }: ServeConfig, places: Places): readonly JwtVerifierOptions[] {
  return identity.map(({ dpop, jwks, jwksFile, ...rest }) => ({
    ...given(rest),
    ...((jwks ?? jwksFile) !== undefined && { jwks: keysOf({ jwks, jwksFile }, places) }),
    ...(dpop !== undefined && { dpop: { ...given(dpop), engine } }),
  }))
}

export function approversOf({ approvers, engine }: ServeConfig, places: Places): readonly Approver[] {
  return approvers.map((config) => approverOf(config, engine, places))
}

function approverOf(config: ServeConfig['approvers'][number], engine: string, places: Places): Approver {
  const { clockToleranceS, issuer, level, name } = config
  const evidence = { ...given({ clockToleranceS, level }), issuer, name, jwks: keysOf(config, places) }
  switch (config.kind) {
    case 'signed':
      return signedApprover(evidence)
    case 'webhook': {
      const { algorithm, deadlineMs, keyCredential, keyFile, keyId, url } = config
      const place = { file: keyFile, credential: keyCredential }
      const key = readPrivateKey(place, algorithm, `the key of the approver ${name}`, places)
      return webhookApprover({ ...evidence, ...given({ deadlineMs, keyId }), algorithm, engine, key, url })
    }
  }
}

export function journalOf({ folder, head, segmentBytes }: ServeConfig['journal'], places: Places): JournalFactory {
  const path = places.resolve(folder)
  trustedFolder(dirname(path), 'the folder of the journal')
  const headPath = head === undefined ? undefined : places.resolve(head)
  if (headPath !== undefined) trustedFolder(dirname(headPath), 'the folder of the head of the journal')
  return fileJournal(path, given({ segmentBytes, head: headPath === undefined ? undefined : { path: headPath } }))
}

export async function ledgerOf(config: ServeConfig['ledger'], places: Places): Promise<Ledger | undefined> {
  if (config.kind === 'memory') return undefined
  const { connectionStringCredential, connectionStringFile, create, maxConnections, schema } = config
  const place = { file: connectionStringFile, credential: connectionStringCredential }
  const connectionString = readSecret(place, 'the connection string of the ledger', places)
  const { postgresLedger } = await import('@bothkeys/ledger-postgres').catch((cause: unknown) => {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the ledger in PostgreSQL is not installed', {
      hint: 'npm install @bothkeys/ledger-postgres',
      cause,
    })
  })
  return postgresLedger({ connection: { connectionString }, ...given({ create, maxConnections, schema }) })
}

function keysOf(
  { jwks, jwksFile }: { readonly jwks?: string | undefined; readonly jwksFile?: string | undefined },
  places: Places,
): string {
  if (jwks !== undefined) return jwks
  const what = 'the file of public keys'
  return readBoundedText(told(jwksFile ?? '', what, places), what)
}

function told(path: string, what: string, places: Places): string {
  const absolute = places.resolve(path)
  trustedFile(absolute, 'told', what)
  return absolute
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LoginMethod, Relay } from '@bothkeys/approval-relay'
import { createRelay, createSignerKey, fileSigner } from '@bothkeys/approval-relay'
import { fileDirectory, memoryJournal, webhookApprover } from '@bothkeys/core'
import { freePort } from '@bothkeys/local-postgres/processes'
import { EngineThatAsks } from '../../approval-relay/test/pages/engine-that-asks.js'
import { issuer as relayIssuer, TestEngine } from '../../approval-relay/test/support/test-engine.js'
import type { SamlLogin, SamlLoginOptions } from '../src/index.js'
import { samlLogin, seenAssertions } from '../src/index.js'
import { audience, idp, keys } from './test-idp.js'

const people = `version: 1
issuer: ${idp}
people:
  ann: { accounts: [ann], roles: [dba] }
  eve: { accounts: [eve], roles: [dba], disabled: true }
`

/** A login at the identity provider of these tests. */
export function loginOf(options: Partial<SamlLoginOptions> & Pick<SamlLoginOptions, 'entryPoint'>): SamlLogin {
  const known = { issuer: idp, certificates: keys.publicKey, audience, displayName: 'name' }
  return samlLogin({ ...known, seen: seenAssertions(), ...options })
}

/** A relay at which people log in, and a guard that asks there. */
export class SamlRelay {
  readonly url: string
  readonly engine: EngineThatAsks
  readonly journal: ReturnType<typeof memoryJournal>
  readonly failures: unknown[]
  readonly #close: () => Promise<void>

  static async start(logins: readonly LoginMethod[]): Promise<SamlRelay> {
    // The relay has to know it before it listens.
    const url = `http://127.0.0.1:${String(await freePort())}`
    const folder = await mkdtemp(join(tmpdir(), 'relay-'))
    await writeFile(join(folder, 'people.yaml'), people)
    await createSignerKey(join(folder, 'key.json'))
    const orders = new TestEngine('orders')
    const journal = memoryJournal()
    const failures: unknown[] = []
    const relay = await createRelay({
      issuer: relayIssuer,
      publicUrl: url,
      engines: [orders.known],
      signer: fileSigner(join(folder, 'key.json')),
      directory: fileDirectory(join(folder, 'people.yaml')),
      folder: join(folder, 'relay'),
      journal,
      logins,
      onFailure: (cause) => failures.push(cause),
    })
    await relay.listen({ port: Number(new URL(url).port) })
    const engine = await EngineThatAsks.over(
      webhookApprover({
        name: 'relay',
        url,
        issuer: relayIssuer,
        jwks: `${url}/jwks.json`,
        engine: 'orders',
        key: orders.key,
        algorithm: 'ES256',
        people: ({ id, issuer }) => (issuer === idp ? { roles: ['dba'], person: id } : undefined),
      }),
    )
    return new SamlRelay({ url, engine, journal, failures, relay, folder })
  }

  private constructor({
    engine,
    failures,
    folder,
    journal,
    relay,
    url,
  }: Pick<SamlRelay, 'url' | 'engine' | 'journal' | 'failures'> & {
    readonly relay: Relay
    readonly folder: string
  }) {
    this.url = url
    this.engine = engine
    this.journal = journal
    this.failures = failures
    this.#close = async () => {
      await engine.close()
      await relay.close()
      await rm(folder, { recursive: true, force: true })
    }
  }

  close(): Promise<void> {
    return this.#close()
  }
}

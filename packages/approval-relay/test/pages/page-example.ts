import { fileDirectory, fileJournal } from '@bothkeys/core'
import { createRelay, fileSigner, oidcLogin } from '@bothkeys/approval-relay'
import type { Relay } from '@bothkeys/approval-relay'

/** A relay whose pages are at `url`, behind a reverse proxy that does TLS. */
export function relayAt(
  url: string,
  login: { issuer: string; clientId: string },
  jwks: { keys: object[] },
  folder: string,
): Promise<Relay> {
  return createRelay({
    issuer: 'https://approvals.example',
    publicUrl: url,
    engines: [{ engine: 'orders', jwks }],
    signer: fileSigner(`${folder}/relay-key.json`),
    directory: fileDirectory(`${folder}/people.yaml`),
    folder: `${folder}/relay`,
    journal: fileJournal(`${folder}/relay-audit`),
    logins: [oidcLogin({ ...login, name: 'house', phishingResistantAcr: ['phr', 'phrh'] })],
    pages: { decideWithinS: 600 },
  })
}

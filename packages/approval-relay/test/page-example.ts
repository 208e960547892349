import { fileDirectory, fileJournal } from '@bothkeys/core'
import { createRelay, createSignerKey, fileSigner } from '@bothkeys/approval-relay'
import type { Relay, RelayOptions } from '@bothkeys/approval-relay'

/** Once: makes the key in the relay's own folder (0700). Answers the public key, which is also served at /jwks.json. */
export function makeKey(home: string): Promise<Readonly<Record<string, string>>> {
  return createSignerKey(`${home}/relay-key.json`)
}

/** The relay's process. `engines`: the guards that may ask, each with its public keys. */
export async function startRelay(
  home: string,
  engines: RelayOptions['engines'],
): Promise<{ relay: Relay; url: string }> {
  const relay = await createRelay({
    issuer: 'https://approvals.example',
    engines,
    signer: fileSigner(`${home}/relay-key.json`),
    directory: fileDirectory(`${home}/people.yaml`),
    folder: `${home}/relay`,
    journal: fileJournal(`${home}/relay-audit`),
    masks: [{ resource: 'table:public.cards', clearFor: ['pii'] }],
  })
  // TLS is the reverse proxy's.
  const { url } = await relay.listen({ host: '127.0.0.1', port: 0 })
  return { relay, url }
}

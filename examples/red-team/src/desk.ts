import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Approver, GuardApprovals } from '@bothkeys/core'
import { signedApprover } from '@bothkeys/core'

export const deskIssuer = 'https://desk.example'

/** Where people hand in what they signed, over HTTP: whoever reaches it may try. */
export interface Desk {
  readonly approver: Approver
  readonly url: string
  /** The key that people's answers are signed with. No agent has it. */
  readonly key: KeyObject
  serve(approvals: GuardApprovals): void
  close(): void
}

export async function openDesk(): Promise<Desk> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const approver = signedApprover({
    name: 'desk',
    issuer: deskIssuer,
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
  })
  let approvals: GuardApprovals | undefined
  const server = createServer((asked, answer) => {
    const answered = async (): Promise<unknown> => {
      const [, , id = ''] = (asked.url ?? '').split('/')
      if (approvals === undefined) return 'nobody is here'
      if (asked.method === 'GET')
        return approvals.pending().map(({ id: request, subject }) => ({ id: request, subject }))
      return approvals.submit(decodeURIComponent(id), await text(asked))
    }
    answered()
      .catch((error: unknown) => ({ error: error instanceof Error ? error.message : 'failed' }))
      .then((said) => answer.end(JSON.stringify(said)))
      .catch(() => answer.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    approver,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    key: privateKey,
    serve: (of) => {
      approvals = of
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

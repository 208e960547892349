import { request } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { ApprovalSubject } from '@bothkeys/core'
import { signApproval } from '@bothkeys/core/signing'
import { issuerName } from './issuer.js'
import type { ServedFolder } from './served-folder.js'
import { deskIssuer } from './served-folder.js'

export interface ControlAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body, where it is JSON. */
  readonly body: Readonly<Record<string, unknown>>
}

/** Asks a control listener: `where` is the path of a socket or a port. */
export function ask(
  where: string | number,
  method: string,
  path: string,
  { body, headers = {} }: { readonly headers?: Record<string, string | string[]>; readonly body?: string } = {},
): Promise<ControlAnswer> {
  const to = typeof where === 'string' ? { socketPath: where } : { host: '127.0.0.1', port: where }
  return new Promise((resolve, reject) => {
    const asking = request({ ...to, method, path, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('error', reject)
      response.on('end', () => {
        const isJson = response.headers['content-type'] === 'application/json'
        const read = (isJson ? JSON.parse(text) : {}) as ControlAnswer['body']
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: read })
      })
    })
    asking.on('error', reject)
    asking.end(body)
  })
}

export const asJson = (
  body: object,
  headers: Record<string, string> = {},
): { headers: Record<string, string>; body: string } => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** A held request as the listener for approvers shows it. */
export interface ShownRequest {
  readonly id: string
  readonly subject: ApprovalSubject
  readonly view: { readonly text: string; readonly complete: boolean }
}

export async function heldRequests(folder: ServedFolder): Promise<readonly ShownRequest[]> {
  const { body } = await ask(folder.approvals, 'GET', '/v1/approvals')
  return body['approvals'] as readonly ShownRequest[]
}

/** What the desk signs when a person decided. */
export function signed(
  folder: ServedFolder,
  { subject }: ShownRequest,
  dec: 'allow' | 'deny',
  id = 'grace',
): Promise<string> {
  return signApproval(
    { ...subject, dec },
    {
      issuer: deskIssuer,
      subject: { issuer: issuerName, id },
      level: 'signed',
      key: folder.deskKey,
      algorithm: 'ES256',
    },
  )
}

/** Hands in what the desk signed. Answers the receipt. */
export async function decide(
  folder: ServedFolder,
  held: ShownRequest,
  dec: 'allow' | 'deny',
  id?: string,
): Promise<unknown> {
  const evidence = await signed(folder, held, dec, id)
  return (await ask(folder.approvals, 'POST', `/v1/approvals/${held.id}`, asJson({ evidence }))).body
}

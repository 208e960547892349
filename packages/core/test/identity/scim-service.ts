import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const enterpriseSchema = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

/** A user as a SCIM service sends it (RFC 7643 section 8.2, shortened). */
export function user(
  externalId: string,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    schemas: [userSchema, enterpriseSchema],
    id: `id-of-${externalId}`,
    externalId,
    userName: `${externalId}@example.com`,
    meta: { resourceType: 'User' },
    active: true,
    roles: [{ value: 'dba', primary: true }],
    [enterpriseSchema]: { employeeNumber: `e-${externalId}` },
    ...more,
  }
}

export function listResponse(users: readonly unknown[], totalResults = users.length): unknown {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults,
    startIndex: 1,
    itemsPerPage: users.length,
    Resources: users,
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A small SCIM service on loopback that finds users by `attribute eq "value"`, and lists them in pages of `mostOnPage`. */
export class ScimService {
  readonly users: Readonly<Record<string, unknown>>[] = []
  mostOnPage = 100
  readonly requests: { readonly url: string; readonly authorization: string | undefined }[] = []
  /** Answers instead of the service. */
  instead: Answer | undefined
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push({ url: request.url ?? '', authorization: request.headers.authorization })
      if (this.instead === undefined) this.#answer(request, response)
      else this.instead(request, response)
    })
  }

  static async start(): Promise<ScimService> {
    const service = new ScimService()
    await new Promise<void>((done) => {
      service.#server.listen(0, '127.0.0.1', done)
    })
    return service
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/scim/v2`
  }

  /** The filters that were asked for. */
  get filters(): readonly (string | null)[] {
    return this.requests.map(({ url }) => new URL(url, this.url).searchParams.get('filter'))
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((done) => this.#server.close(done))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', this.url)
    if (url.searchParams.get('filter') === null && request.headers.authorization === 'Bearer s3cret-token') {
      const from = Number(url.searchParams.get('startIndex') ?? '1') - 1
      const count = Math.min(this.mostOnPage, Number(url.searchParams.get('count') ?? '100'))
      const page = listResponse(this.users.slice(from, from + count), this.users.length)
      response.writeHead(200, { 'content-type': 'application/scim+json' }).end(JSON.stringify(page))
      return
    }
    const [, attribute = '', value = '""'] = /^(\w+) eq (".*")$/u.exec(url.searchParams.get('filter') ?? '') ?? []
    if (url.pathname !== '/scim/v2/Users' || request.headers.authorization !== 'Bearer s3cret-token') {
      response.writeHead(401).end()
      return
    }
    const found = this.users.filter((one) => one[attribute] === JSON.parse(value))
    response.writeHead(200, { 'content-type': 'application/scim+json' }).end(JSON.stringify(listResponse(found)))
  }
}

import { describe, expect, it } from 'vitest'
import { canonicalRequest, type CanonicalRequest } from '../../src/request/canonical-request.js'
import { isRefused } from '../../src/request/refused.js'
import { referenceRequestInfo } from '../support/reference-request-info.js'
import { fc } from '../support/properties.js'
import { anyRequest, requests, webSocket } from '../support/requests.js'

const encoder = new TextEncoder()
const runs = { numRuns: 2500 }

/** What goes on, put in again. */
function again(canonical: CanonicalRequest) {
  const { body, headers, method, target, upgrade } = canonical
  const upgrading =
    upgrade === undefined ? {} : { ...webSocket, 'sec-websocket-protocol': upgrade.protocols.join(', ') }
  return canonicalRequest({
    method,
    target,
    headers: { ...headers, ...upgrading },
    ...(body !== undefined && { body: encoder.encode(body.text) }),
  })
}

describe('requests of all kinds', () => {
  it('are refused, or have one form that has no other', () => {
    fc.assert(
      fc.property(anyRequest, (given) => {
        const canonical = canonicalRequest(given)
        if (!isRefused(canonical)) expect(again(canonical)).toEqual(canonical)
      }),
      runs,
    )
  })

  it('are about what the API server says they are about, as they are sent and as they go on', () => {
    fc.assert(
      fc.property(anyRequest, (given) => {
        const canonical = canonicalRequest(given)
        if (isRefused(canonical)) return
        for (const target of [given.target, canonical.target]) {
          const said = referenceRequestInfo(given.method, target)
          expect(said).toMatchObject({ isResourceRequest: canonical.info.isResource, verb: canonical.info.verb })
          if (!canonical.info.isResource) continue
          const { apiGroup, apiVersion, namespace, resource, subresource, name } = canonical.info
          expect(said).toMatchObject({ apiGroup, apiVersion, namespace, resource, subresource, name })
        }
      }),
      runs,
    )
  })

  it('go on with nothing that could be read in another way', () => {
    fc.assert(
      fc.property(anyRequest, (given) => {
        const canonical = canonicalRequest(given)
        if (isRefused(canonical)) return
        const [path = '', query = ''] = canonical.target.split('?')
        expect(path).toMatch(/^\/(?:[A-Za-z0-9._:~@+=,-]+(?:\/[A-Za-z0-9._:~@+=,-]+)*)?$/)
        expect(path.split('/')).not.toContain('..')
        expect(path.split('/')).not.toContain('.')
        expect(query).toMatch(/^[A-Za-z0-9=&%.!~*'()_-]*$/)
        expect(new URL(`http://host${canonical.target}`).pathname).toBe(path)
        expect(Object.keys(canonical.headers).every((name) => name === 'accept' || name === 'content-type')).toBe(true)
      }),
      runs,
    )
  })

  it('are dry runs only where the server is told so in the place it reads', () => {
    fc.assert(
      fc.property(anyRequest, (given) => {
        const canonical = canonicalRequest(given)
        if (isRefused(canonical)) return
        const isDeletion = canonical.method === 'DELETE' && canonical.kind !== 'proxy'
        const isToldInBody = JSON.stringify(canonical.body?.value ?? {}).includes('"dryRun":["All"]')
        const isToldInQuery = canonical.query.some(([name, value]) => name === 'dryRun' && value === 'All')
        if (isDeletion) {
          expect(canonical.body).toBeDefined()
          expect(isToldInQuery).toBe(false)
          expect(canonical.dryRun).toBe(isToldInBody)
        } else {
          expect(canonical.dryRun).toBe(canonical.kind !== 'proxy' && isToldInQuery)
        }
      }),
      runs,
    )
  })

  it('are to a good part not refused, of every kind', () => {
    const kinds = new Map<string, number>()
    for (const given of requests(6000, 1)) {
      const canonical = canonicalRequest(given)
      const kind = isRefused(canonical) ? 'refused' : canonical.kind
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
    expect(kinds.get('refused')).toBeLessThan(4000)
    const { size } = new Set(kinds.keys())
    // Every kind, and refusals.
    expect(size).toBe(18)
    expect(Math.min(...kinds.values())).toBeGreaterThan(20)
  })
})

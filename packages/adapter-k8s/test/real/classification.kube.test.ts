import { type AuditEvent, auditEvents, createUser } from '@bothkeys/local-kubernetes'
import { testCluster } from '@bothkeys/local-kubernetes/vitest'
import { expect, it } from 'vitest'
import { Upstream } from '../../src/door/upstream.js'
import { canonicalRequest, type CanonicalRequest } from '../../src/request/canonical-request.js'
import { isRefused } from '../../src/request/refused.js'
import type { RequestInfo } from '../../src/request/request-info.js'
import { plainConfig } from '../support/real-cluster.js'
import { requests } from '../support/requests.js'

const wanted = 2_000
const atOnce = 16
const seed = Number(process.env['BOTHKEYS_SEED'] ?? '1')

/** What the log of the API server says of a request that reached it, or what is said of it here. */
interface Said {
  readonly verb: string
  readonly ref: Readonly<Record<string, string>>
}

const parts = ['apiGroup', 'apiVersion', 'resource', 'subresource', 'namespace', 'name'] as const

function saidByServer({ objectRef = {}, verb }: AuditEvent): Said {
  return { verb, ref: Object.fromEntries(parts.flatMap((part) => (objectRef[part] ? [[part, objectRef[part]]] : []))) }
}

function saidHere(info: RequestInfo): Said {
  if (!info.isResource) return { verb: info.verb, ref: {} }
  return { verb: info.verb, ref: Object.fromEntries(parts.flatMap((part) => (info[part] ? [[part, info[part]]] : []))) }
}

/** As many requests as are wanted that are let through, all different. */
function admitted(): readonly CanonicalRequest[] {
  const found = new Map<string, CanonicalRequest>()
  for (let turn = 0; found.size < wanted && turn < 50; turn += 1) {
    for (const given of requests(2_000, seed + turn)) {
      const request = canonicalRequest(given)
      if (!isRefused(request)) found.set(`${request.method} ${request.target}`, request)
    }
  }
  return [...found.values()].slice(0, wanted)
}

it(`is what the API server itself says of ${String(wanted)} requests`, async () => {
  const cluster = testCluster()
  // Whoever may do nothing is heard and understood all the same.
  const upstream = new Upstream(plainConfig(cluster, await createUser(cluster, 'nobody-special')))
  const sent = admitted()
  expect(sent).toHaveLength(wanted)
  const waiting = sent.entries()
  const sendNext = async (): Promise<void> => {
    for (const [index, { body, headers, method, target }] of waiting) {
      const send = await upstream.prepare()
      const answer = await send({
        method,
        path: target,
        headers: { ...headers, 'user-agent': `compared/${String(seed)}/${String(index)}` },
        body: body && Buffer.from(body.text, 'utf8'),
        signal: AbortSignal.timeout(30_000),
      })
      answer.resume()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendNext))
  upstream.close()
  const log = await auditEvents(cluster, ({ userAgent = '' }) => userAgent.startsWith(`compared/${String(seed)}/`))
  const byAgent = new Map(log.map((event) => [event.userAgent, event]))
  const differences = sent.flatMap(({ info, method, target }, index) => {
    const event = byAgent.get(`compared/${String(seed)}/${String(index)}`)
    const there = event && { ...saidByServer(event), uri: event.requestURI }
    const here = { ...saidHere(info), uri: target }
    return JSON.stringify(there) === JSON.stringify(here) ? [] : [{ method, target, there, here }]
  })
  expect(differences).toEqual([])
  expect(log.filter(({ objectRef }) => objectRef !== undefined).length).toBeGreaterThan(wanted / 2)
})

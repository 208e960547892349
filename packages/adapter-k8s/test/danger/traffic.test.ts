import { describe, expect, it } from 'vitest'
import type { JsonObject, JsonValue } from '../../src/json.js'
import { dangersOfRequest } from '../../src/danger/request.js'
import { checksOf, dangers } from './support/verdicts.js'

const of = (apiVersion: string, kind: string, more: JsonObject): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'a' },
  ...more,
})

describe('what leads traffic elsewhere', () => {
  it.each([
    ['addresses of others', of('v1', 'Service', { spec: { externalIPs: ['192.0.2.1'] } }), ['takeover/externalIPs']],
    ['another host', of('v1', 'Service', { spec: { type: 'ExternalName' } }), ['takeover/externalName']],
    ['endpoints by hand', of('v1', 'Endpoints', { subsets: [] }), ['takeover/endpoints']],
    ['slices by hand', of('discovery.k8s.io/v1', 'EndpointSlice', { endpoints: [] }), ['takeover/endpoints']],
    ['pods that are selected', of('v1', 'Service', { spec: { type: 'ClusterIP', selector: { a: 'b' } } }), []],
    ['a kind of the same name', of('example.com/v1', 'Service', { spec: { type: 'ExternalName' } }), []],
  ])('is found for %s', (_, object, found) => {
    expect(checksOf(dangers(object).findings)).toEqual(found)
  })
})

describe('addresses in a status', () => {
  const balanced = (ip: string): JsonObject => ({ loadBalancer: { ingress: [{ ip }] } })
  it.each([
    ['Service', 'v1', balanced('192.0.2.1'), balanced('192.0.2.2')],
    ['Ingress', 'networking.k8s.io/v1', balanced('192.0.2.1'), balanced('192.0.2.2')],
    ['Pod', 'v1', { podIP: '192.0.2.1' }, { podIP: '192.0.2.2' }],
    ['Pod', 'v1', { podIPs: [{ ip: '192.0.2.1' }] }, { podIPs: [{ ip: '192.0.2.2' }] }],
  ])('of a %s (%s) lead traffic elsewhere where they change', (kind, version, status, other) => {
    const found = (now: JsonObject, was: JsonObject): readonly string[] =>
      checksOf(dangers(of(version, kind, now), { before: of(version, kind, was) }).findings)
    expect(found({ status }, { status: other })).toContain('takeover/statusAddresses')
    expect(found({ status }, {})).toContain('takeover/statusAddresses')
    expect(found({ status }, { status })).not.toContain('takeover/statusAddresses')
    expect(found({}, { status })).not.toContain('takeover/statusAddresses')
  })
})

describe('a scale', () => {
  const scaled = (verb: string, body: JsonValue): readonly string[] =>
    checksOf(dangersOfRequest({ verb, apiGroup: 'apps', resource: 'deployments', subresource: 'scale', body })).filter(
      (check) => check === 'destroy/scaledToZero',
    )

  it.each(['update', 'patch'])('that leaves no pods, or may, is a loss by %s', (verb) => {
    for (const body of [{ spec: { replicas: 0 } }, { spec: {} }, {}, { spec: { replicas: null } }, []]) {
      expect(scaled(verb, body)).toEqual(['destroy/scaledToZero'])
    }
    expect(scaled(verb, { spec: { replicas: 2 } })).toEqual([])
  })

  it('that is read loses nothing', () => {
    expect(scaled('get', {})).toEqual([])
  })
})

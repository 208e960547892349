import { describe, expect, it } from 'vitest'
import { dangerEffects } from '../../src/effects/danger-effects.js'

const facts = { apiGroup: '', resource: 'pods', subresource: 'ephemeralcontainers', namespace: 'shop' }
const container = { name: 'x', image: 'i', securityContext: { privileged: true } }

function resourcesOf(dangers: ReturnType<typeof dangerEffects>): readonly string[] {
  return 'refused' in dangers ? [] : dangers.effects.map(({ resource }) => resource)
}

describe('a container that is added to a pod that runs', () => {
  it('is judged like those of pods', () => {
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { ephemeralContainers: [container] } }
    expect(resourcesOf(dangerEffects({ ...facts, verb: 'update', body }))).toContain('escalate:baseline.privileged')
  })

  it('by a patch is not known', () => {
    const body = { spec: { ephemeralContainers: [container] } }
    const dangers = dangerEffects({ ...facts, verb: 'patch', patchType: 'strategic', body })
    expect(resourcesOf(dangers)).toContain('escalate:escalate.unjudged')
  })
})

describe('a status', () => {
  const status = { ...facts, resource: 'namespaces', subresource: 'status', namespace: '' }
  const shop = (metadata: object) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', ...metadata } })
  const before = shop({
    labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    finalizers: ['example.com/keep'],
  })
  const lost = ['escalate:control-plane.podSecurityLabels', 'destroy:destroy.finalizersRemoved']

  it('that is written is judged by the labels and finalizers that come of it', () => {
    const object = shop({ labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } })
    const result = { object, before }
    for (const asked of [
      { verb: 'patch', patchType: 'merge', body: {} },
      { verb: 'update', body: object },
    ] as const)
      expect(resourcesOf(dangerEffects({ ...status, ...asked, result }))).toEqual(expect.arrayContaining(lost))
    expect(
      resourcesOf(dangerEffects({ ...status, verb: 'update', body: before, result: { object: before, before } })),
    ).toEqual([])
  })

  it('of which nobody saw what comes is not known when it is patched', () => {
    const patch = { ...status, verb: 'patch', patchType: 'merge', body: {} } as const
    expect(resourcesOf(dangerEffects(patch))).toContain('escalate:escalate.unjudged')
  })
})

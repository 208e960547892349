import {
  V1AppArmorProfile,
  V1Capabilities,
  V1Container,
  V1ContainerPort,
  V1EnvFromSource,
  V1EnvVar,
  V1EnvVarSource,
  V1EphemeralContainer,
  V1Lifecycle,
  V1LifecycleHandler,
  V1PodSecurityContext,
  V1PodSpec,
  V1Probe,
  V1ProjectedVolumeSource,
  V1SeccompProfile,
  V1SecurityContext,
  V1SELinuxOptions,
  V1Sysctl,
  V1Toleration,
  V1Volume,
  V1VolumeMount,
  V1VolumeProjection,
  V1WindowsSecurityContextOptions,
} from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/json.js'
import { container, pod, spec } from './support/manifests.js'
import { dangers, pathsOf } from './support/verdicts.js'

type Model = { getAttributeTypeMap(): readonly { readonly baseName: string; readonly type: string }[] }
type Inside = (value: JsonObject) => JsonObject

const inContainer = (field: string) => (value: JsonObject) => spec({ containers: [container({ [field]: value })] })
const inContext = (field: string) => (value: JsonObject) => spec({ containers: [container({}, { [field]: value })] })
const inVolume = (volume: (value: JsonObject) => JsonObject) => (value: JsonObject) =>
  spec({ volumes: [volume(value)] })

const models: readonly (readonly [string, Model, Inside])[] = [
  ['pods', V1PodSpec, (value) => value],
  ['contexts of pods', V1PodSecurityContext, (value) => spec({ securityContext: value })],
  ['sysctls', V1Sysctl, (value) => spec({}, { sysctls: [value] })],
  ['containers', V1Container, (value) => spec({ initContainers: [value] })],
  ['ephemeral containers', V1EphemeralContainer, (value) => spec({ ephemeralContainers: [value] })],
  ['contexts', V1SecurityContext, inContainer('securityContext')],
  ['capabilities', V1Capabilities, inContext('capabilities')],
  ['seccomp', V1SeccompProfile, inContext('seccompProfile')],
  ['AppArmor', V1AppArmorProfile, inContext('appArmorProfile')],
  ['SELinux', V1SELinuxOptions, inContext('seLinuxOptions')],
  ['Windows', V1WindowsSecurityContextOptions, inContext('windowsOptions')],
  ['probes', V1Probe, inContainer('livenessProbe')],
  ['lifecycles', V1Lifecycle, inContainer('lifecycle')],
  ['handlers', V1LifecycleHandler, (value) => inContainer('lifecycle')({ preStop: value })],
  ['ports', V1ContainerPort, (value) => spec({ containers: [container({ ports: [value] })] })],
  ['variables', V1EnvVar, (value) => spec({ containers: [container({ env: [value] })] })],
  [
    'sources of a variable',
    V1EnvVarSource,
    (value) => spec({ containers: [container({ env: [{ valueFrom: value }] })] }),
  ],
  ['sources of variables', V1EnvFromSource, (value) => spec({ containers: [container({ envFrom: [value] })] })],
  ['mounts', V1VolumeMount, (value) => spec({ containers: [container({ volumeMounts: [value] })] })],
  ['tolerations', V1Toleration, (value) => spec({ tolerations: [value] })],
  ['volumes', V1Volume, inVolume((value) => value)],
  ['projected volumes', V1ProjectedVolumeSource, inVolume((value) => ({ projected: value }))],
  ['projections', V1VolumeProjection, inVolume((value) => ({ projected: { sources: [value] } }))],
]

/** A value of the type that the client has for a field. */
function sample(type: string) {
  if (type === 'boolean') return false
  if (type === 'number') return 7
  if (type === 'string' || type === 'IntOrString') return 'a'
  return type.startsWith('Array<') ? [] : {}
}

describe('fields that the client knows', () => {
  it.each(models)('%s', (_, model, inside) => {
    const fields = model.getAttributeTypeMap()
    expect(fields.length).toBeGreaterThan(1)
    const all = Object.fromEntries(fields.map(({ baseName, type }) => [baseName, sample(type)]))
    const { findings } = dangers(pod(inside(all)))
    expect(pathsOf(findings, 'unknownField')).toEqual([])
    expect(pathsOf(findings, 'malformed')).toEqual([])
  })

  it.each(models)('and none else: %s', (_, __, inside) => {
    const { findings } = dangers(pod(inside({ notYetKnown: 1 })))
    expect(pathsOf(findings, 'unknownField')).toEqual([expect.stringMatching(/\.notYetKnown$/)])
  })
})

import type { JsonObject, JsonValue } from '../json.js'
import type { PodPlace } from './pod-template.js'
import { isList, isObject, own } from './spot.js'
import { words } from './words.js'

/** What has one of these is a container, if it has an image or lists of containers. */
const ofContainers = lower(
  words(`
    args command env envFrom lifecycle livenessProbe ports readinessProbe script startupProbe volumeDevices volumeMounts
    workingDir
  `),
)
/** Lists of objects under these names are containers. */
const lists = lower(['containers', 'initContainers', 'ephemeralContainers'])
/** Pods and their parts have these, and little else has them. */
const ofPods = lower(
  words(`
  automountServiceAccountToken hostIPC hostNetwork hostPID hostUsers securityContext serviceAccountName
  shareProcessNamespace volumeMounts
`),
)
const ofContexts = lower(
  words(`
  allowPrivilegeEscalation appArmorProfile privileged procMount runAsNonRoot runAsUser seLinuxOptions
  seccompProfile sysctls windowsOptions
`),
)

function lower(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()))
}

/** What an object of a kind that is not known looks like; names are read without regard to case. */
export function podLike(value: JsonObject): PodPlace | undefined {
  let place: PodPlace | undefined
  let [hasLists, hasImage, hasResources, isOfContainer] = [false, false, false, false]
  for (const key of Object.keys(value)) {
    const below = own(value, key)
    if (below === undefined) continue
    const name = key.toLowerCase()
    if (lists.has(name) && holdsObjects(below)) hasLists = true
    if (name === 'image' && typeof below === 'string') hasImage = true
    if (ofContainers.has(name)) isOfContainer = true
    if (name === 'resources') hasResources = true
    if (ofPods.has(name) && below !== false) place = 'container'
    if (name === 'volumes' && holdsObjects(below)) place = 'container'
    if (ofContexts.has(name) && below !== false) place ??= 'context'
    if (name === 'capabilities' && (own(below, 'add') ?? own(below, 'drop')) !== undefined) place ??= 'context'
    if (name === 'hostpath') place ??= 'volume'
  }
  if (hasLists) return hasImage || isOfContainer ? 'container' : 'found'
  return hasImage && (isOfContainer || hasResources) ? 'container' : place
}

function holdsObjects(value: JsonValue): boolean {
  return isList(value) && value.some((member) => isObject(member))
}

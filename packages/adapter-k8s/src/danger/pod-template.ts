import { Spot } from './spot.js'

/**
 * Where a pod spec was found: `kind` is a place that the kind of the object has for it; `found` looks like one; `container` is a
 * container by itself, `context` a security context and `volume` a volume, in an object of a kind that is not known.
 */
export type PodPlace = 'kind' | 'found' | 'container' | 'context' | 'volume'

/** A part of an object of which pods are made, or seem to be made. */
export interface PodTemplate {
  readonly place: PodPlace
  readonly spot: Spot
  /** What is beside the spec; annotations of it count for the pod. */
  readonly metadata: Spot
}

export interface PodContainer {
  readonly spot: Spot
  readonly context: Spot
}

/** The parts of a pod that are judged. */
export interface PodParts {
  readonly spec: Spot
  readonly context: Spot
  readonly containers: readonly PodContainer[]
  readonly volumes: readonly Spot[]
  readonly metadata: Spot
}

/** The fields of a pod spec that hold containers. */
export const containerLists = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Contexts of pods do not have these; a kind that is not known may give them to all its containers. */
const onlyOfContainers = ['allowPrivilegeEscalation', 'capabilities', 'privileged', 'procMount'] as const

const nothing = new Spot(undefined, '')

/** The parts of a template. What stands alone is taken for every part that it may be. */
export function podParts({ place, spot, metadata }: PodTemplate): PodParts {
  if (place === 'context')
    return { spec: nothing, context: spot, containers: [{ spot: nothing, context: spot }], volumes: [], metadata }
  if (place === 'volume') return { spec: nothing, context: nothing, containers: [], volumes: [spot], metadata }
  const containers = containerLists.flatMap((list) => spot.at(list).members)
  if (place === 'container') containers.push(spot)
  const context = spot.at('securityContext')
  const isForContainers = place === 'found' && onlyOfContainers.some((field) => context.at(field).isSet)
  return {
    spec: spot,
    context,
    containers: [
      ...containers.map((container) => ({ spot: container, context: container.at('securityContext') })),
      ...(isForContainers ? [{ spot: nothing, context }] : []),
    ],
    volumes: spot.at('volumes').members,
    metadata,
  }
}

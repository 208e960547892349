import type { JsonObject, JsonValue } from '../json.js'
import { type Kind, type KindedObject, objectsIn, statedKind } from './kind.js'
import { podLike } from './pod-like.js'
import { type PodTemplate, podParts } from './pod-template.js'
import { isList, isObject, own, pathBelow, Spot } from './spot.js'

/** Where kinds that make pods have their spec. */
const placesByKind: ReadonlyMap<string, readonly string[]> = new Map([
  ['/Pod', ['spec']],
  ['/PodTemplate', ['template', 'spec']],
  ['batch/CronJob', ['spec', 'jobTemplate', 'spec', 'template', 'spec']],
  ['batch/JobTemplate', ['template', 'spec', 'template', 'spec']],
  ...[
    '/ReplicationController',
    'apps/ReplicaSet',
    'apps/Deployment',
    'apps/DaemonSet',
    'apps/StatefulSet',
    'batch/Job',
  ].map((kind): [string, readonly string[]] => [kind, ['spec', 'template', 'spec']]),
  ...['ReplicaSet', 'Deployment', 'DaemonSet'].map((kind): [string, readonly string[]] => [
    `extensions/${kind}`,
    ['spec', 'template', 'spec'],
  ]),
])

/** Kinds that may have names of fields of pods, and make none. */
const kindsWithoutPods: ReadonlySet<string> = new Set([
  'apiextensions.k8s.io/CustomResourceDefinition',
  '/ConfigMap',
  '/PersistentVolume',
  '/Secret',
  '/ServiceAccount',
])
/** Under these names are words of users, if there are only words. */
const textMaps: ReadonlySet<string | number> = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector'])

const deepest = 200
const mostNodes = 1_000_000
/** Paths are compared; long ones, many times, would take long. */
const longestPath = 2000
/** Containers, volumes and what they are in. */
const mostParts = 5000

export type PodTemplatesOf = { readonly templates: readonly PodTemplate[] } | { readonly refused: string }

/**
 * Finds every part of an object that pods are made of: where its kind has it, and in all other places, at any depth, what looks
 * like it, so that a kind that is not known hides nothing. `kind` tells what an object is that does not say it. Refuses what is
 * too deep or too large to be looked through.
 */
export function podTemplates(object: JsonObject, kind?: Kind): PodTemplatesOf {
  const found = objectsIn(object, kind)
  if ('refused' in found) return found
  return podTemplatesIn(found.objects)
}

/** The same for objects whose kind is known already. */
export function podTemplatesIn(objects: readonly KindedObject[]): PodTemplatesOf {
  const search = new Search()
  for (const object of objects) {
    const refused = search.through(object)
    if (refused !== undefined) return { refused }
  }
  return { templates: search.templates }
}

interface Node {
  readonly value: JsonValue
  readonly parent: Node | undefined
  readonly key: string | number
  readonly depth: number
  /** How long the path is, about. */
  readonly length: number
}

class Search {
  readonly templates: PodTemplate[] = []
  /** The paths of what belongs to a template that was found, and is not one of its own. */
  readonly #covered = new Set<string>()
  #nodes = 0
  #parts = 0

  through(object: KindedObject): string | undefined {
    const name = `${object.group}/${object.kind}`
    if (kindsWithoutPods.has(name)) return undefined
    const isKnown = placesByKind.has(name)
    const typed = this.#byKind(object, object.spot)
    const stack: Node[] = [{ value: object.value, parent: undefined, key: '', depth: 0, length: 0 }]
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node.depth > deepest || node.length > longestPath) return 'the object is too deep to be looked through'
      if ((this.#nodes += 1) > mostNodes) return 'the object is too large to be looked through'
      this.#look(node, object.spot.path)
      if (this.#parts > mostParts) return 'the object has more parts of pods than can be looked through'
      // The API server has a type for all that is in there, and the shape of it is asked for.
      if (typed === undefined || node.value !== typed) pushBelow(node, isKnown, stack)
    }
    return undefined
  }

  #look(node: Node, base: string): void {
    const { value } = node
    if (!isObject(value)) return
    const stated = node.parent === undefined ? undefined : statedKind(value)
    if (stated !== undefined && placesByKind.has(`${stated.group}/${stated.kind}`))
      this.#byKind(stated, new Spot(value, pathOf(node, base)))
    const place = isTextMap(node) ? undefined : podLike(value)
    if (place === undefined) return
    const metadata = new Spot(node.parent?.value, pathOf(node.parent, base)).at('metadata')
    this.#keep({ place, spot: new Spot(value, pathOf(node, base)), metadata })
  }

  /** A template where the kind has it, even if it does not look like one. */
  #byKind({ group, kind }: Kind, spot: Spot): JsonValue | undefined {
    const place = placesByKind.get(`${group}/${kind}`)
    if (place === undefined) return undefined
    let outer = spot
    let inner = spot
    for (const key of place) {
      outer = inner
      inner = inner.at(key)
      if (!inner.isSet) return undefined
      if (!isObject(inner.value)) break
    }
    this.#keep({ place: 'kind', spot: inner, metadata: outer.at('metadata') })
    return inner.value
  }

  #keep(template: PodTemplate): void {
    if (this.#covered.has(template.spot.path)) return
    this.templates.push(template)
    const { context, containers, volumes } = podParts(template)
    this.#parts += 1 + containers.length + volumes.length
    const ofContainers = containers.flatMap((container) => [container.spot, container.context])
    for (const part of [template.spot, context, ...ofContainers, ...volumes])
      if (part.isSet) this.#covered.add(part.path)
  }
}

function isTextMap({ key, value }: Node): boolean {
  return textMaps.has(key) && isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

/** Puts what is below a node on the stack, so that it is taken in order. What pods and their makers report of themselves is no spec. */
function pushBelow(node: Node, isKnown: boolean, stack: Node[]): void {
  const { value, depth, length } = node
  if (isList(value)) {
    for (let index = value.length - 1; index >= 0; index -= 1)
      stack.push({ value: value[index] ?? null, parent: node, key: index, depth: depth + 1, length: length + 8 })
  } else if (isObject(value)) {
    for (const key of Object.keys(value).toReversed()) {
      if (depth === 0 && isKnown && key === 'status') continue
      const below = own(value, key)
      if (typeof below === 'object')
        stack.push({ value: below, parent: node, key, depth: depth + 1, length: length + key.length + 1 })
    }
  }
}

function pathOf(node: Node | undefined, base: string): string {
  const keys: (string | number)[] = []
  for (let at = node; at?.parent !== undefined; at = at.parent) keys.push(at.key)
  return keys.reduceRight<string>((path, key) => pathBelow(path, key), base)
}

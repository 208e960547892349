import { randomUUID } from 'node:crypto'
import { EventEmitter } from 'node:events'
import type { Resource } from '../catalogue/resource.js'
import type { Manager } from '../objects/managed-fields.js'
import type { KubeObject } from '../objects/kube-object.js'

/** An object as it is kept. Nobody changes it: what is new takes its place. */
export interface Stored {
  readonly key: string
  readonly object: KubeObject
  /** Who wrote which of its fields. */
  readonly managers: readonly Manager[]
}

/** What became of one object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  readonly resource: Resource
  readonly now: Stored
  readonly before: Stored | undefined
}

/** All objects and what became of them, with one counter for all. */
export class Store {
  readonly #objects = new Map<string, Stored>()
  readonly #changes: Change[] = []
  readonly #listeners = new EventEmitter().setMaxListeners(0)
  #revision = 1
  #forgotten = 0

  get revision(): number {
    return this.#revision
  }

  /** What was before this is not known any more. */
  get forgotten(): number {
    return this.#forgotten
  }

  /** Forgets what became of objects so far, as etcd does after minutes. */
  forget(): void {
    this.#changes.length = 0
    this.#forgotten = this.#revision
  }

  get(resource: Resource, namespace: string, name: string): Stored | undefined {
    return this.#objects.get(keyOf(resource, namespace, name))
  }

  /** Those of a namespace, or of all, in the order of their keys, as they were at a revision. */
  list(resource: Resource, namespace: string, at = this.#revision): readonly Stored[] {
    const prefix = keyOf(resource, namespace, '')
    const found = new Map([...this.#objects].filter(([key]) => key.startsWith(prefix)))
    for (const { before, now, revision } of this.#changes.toReversed()) {
      if (revision <= at) break
      if (!now.key.startsWith(prefix)) continue
      if (before === undefined) found.delete(now.key)
      else found.set(now.key, before)
    }
    return [...found.values()].sort((one, other) => (one.key < other.key ? -1 : 1))
  }

  /** Keeps an object. Returns it with its revision. */
  put(resource: Resource, object: KubeObject, managers: readonly Manager[]): Stored {
    const key = keyOf(resource, object.metadata.namespace ?? '', object.metadata.name)
    const before = this.#objects.get(key)
    const now = this.#numbered(key, object, managers)
    this.#objects.set(key, now)
    this.#changed({
      type: before === undefined ? 'ADDED' : 'MODIFIED',
      revision: this.#revision,
      resource,
      now,
      before,
    })
    return now
  }

  remove(resource: Resource, { key, managers }: Stored, last: KubeObject): Stored {
    const before = this.#objects.get(key)
    const now = this.#numbered(key, last, managers)
    this.#objects.delete(key)
    this.#changed({ type: 'DELETED', revision: this.#revision, resource, now, before })
    return now
  }

  /** Calls back for each change of a resource from now on; returns those since a revision, and how to stop. */
  follow(
    { plural, group }: Resource,
    since: number,
    changed: (change: Change) => void,
  ): { readonly missed: readonly Change[]; readonly stop: () => void } {
    const event = `${group}/${plural}`
    this.#listeners.on(event, changed)
    const missed = this.#changes.filter(
      ({ resource, revision }) => revision > since && resource.plural === plural && resource.group === group,
    )
    return { missed, stop: () => this.#listeners.off(event, changed) }
  }

  #numbered(key: string, object: KubeObject, managers: readonly Manager[]): Stored {
    this.#revision += 1
    const metadata = { ...object.metadata, resourceVersion: String(this.#revision) }
    return { key, object: { ...object, metadata }, managers }
  }

  #changed(change: Change): void {
    this.#changes.push(change)
    this.#listeners.emit(`${change.resource.group}/${change.resource.plural}`, change)
  }
}

export const newUid = (): string => randomUUID()

function keyOf({ group, namespaced, plural }: Resource, namespace: string, name: string): string {
  const folder = `${group}/${plural}/`
  if (!namespaced) return `${folder}${name}`
  return namespace === '' ? folder : `${folder}${namespace}/${name}`
}

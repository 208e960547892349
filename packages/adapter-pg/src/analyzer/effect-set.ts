import type { AttributeValue, Duty, Effect } from '@bothkeys/core/adapter'

type Attributes = Record<string, AttributeValue>

interface Draft {
  readonly duty: Duty
  readonly resource: string
  readonly attributes: Attributes
  readonly columns: Set<ReadonlySet<string>>
  /** What `*` stands for. */
  all: Iterable<string> | undefined
}

/** Attributes that make two effects on one resource different effects. The others are merged. */
const distinguishing = ['lock', 'payload', 'direction', 'maintenance', 'object', 'grantees'] as const

/** Gathers the effects of one text: what is said twice is one effect with the columns of both. */
export class EffectSet {
  readonly #drafts = new Map<string, Draft>()
  readonly #met = new Set<object>()

  /** Adds an effect. `columns` may still grow until `list` is called; `all` is what `*` among them stands for. */
  add(
    duty: Duty,
    resource: string,
    attributes: Readonly<Attributes> = {},
    columns?: ReadonlySet<string>,
    all?: Iterable<string>,
  ): void {
    let key = `${duty}\0${resource}`
    for (const name of distinguishing) {
      if (attributes[name] !== undefined) key += `\0${name}=${String(attributes[name])}`
    }
    const known = this.#drafts.get(key)
    if (known === undefined) {
      const sets = new Set(columns === undefined ? [] : [columns])
      this.#drafts.set(key, { duty, resource, attributes: { ...attributes }, columns: sets, all })
      return
    }
    known.all ??= all
    if (columns !== undefined) known.columns.add(columns)
    merge(known.attributes, attributes)
  }

  has(duty: Duty): boolean {
    for (const draft of this.#drafts.values()) if (draft.duty === duty) return true
    return false
  }

  /** Whether rows of something are read with this column. */
  reads(resource: string, column: string): boolean {
    for (const names of this.#drafts.get(`read\0${resource}`)?.columns ?? []) {
      if (names.has(column) || names.has('*')) return true
    }
    return false
  }

  /** Whether something is met for the first time, so that what follows from it is worked out once. */
  isFirst(thing: object): boolean {
    if (this.#met.has(thing)) return false
    this.#met.add(thing)
    return true
  }

  /** Takes over effects of something analysed before. */
  addAll(effects: readonly Effect[]): void {
    for (const { duty, resource, attributes } of effects) {
      const { columns, ...others } = attributes
      this.add(duty, resource, others, Array.isArray(columns) ? new Set(columns as readonly string[]) : undefined)
    }
  }

  /** The effects, frozen, in the order in which they were found. */
  list(): readonly Effect[] {
    return Object.freeze([...this.#drafts.values()].map(freeze))
  }
}

function freeze(draft: Draft): Effect {
  const attributes: Attributes = { ...draft.attributes }
  if (draft.columns.size > 0) {
    const names = new Set<string>()
    for (const set of draft.columns) for (const name of set) names.add(name)
    if (names.has('*')) for (const name of draft.all ?? []) names.add(name)
    attributes['columns'] = Object.freeze([...names].sort())
  }
  return Object.freeze({ duty: draft.duty, resource: draft.resource, attributes: Object.freeze(attributes) })
}

/**
 * True wins over absent; `via` stays only while every way to the effect is an indirect one, and is `trigger` only while each is:
 * those of triggers alone wait for rows.
 */
function merge(into: Attributes, other: Readonly<Attributes>): void {
  if (other['via'] === undefined) delete into['via']
  else if (into['via'] === 'trigger') into['via'] = other['via']
  for (const [name, value] of Object.entries(other)) {
    if (name !== 'via' && into[name] === undefined) into[name] = value
  }
}

import type { ConfigPath, ConfigProblem } from './yaml-text.js'

/** One row of the reference: a key, what it takes and what holds when it is left out. */
export interface ConfigRow {
  readonly key: string
  readonly takes: string
  /** `required`, `none`, or the value. */
  readonly otherwise: string
}

/** Collects what is wrong. */
export class Problems {
  readonly found: ConfigProblem[] = []

  add(path: ConfigPath, message: string): undefined {
    this.found.push({ path, message })
  }
}

/** What a value of the configuration has to be: reads it, and tells what it takes. */
export interface Shape<Value> {
  readonly takes: string
  /** What holds when it is left out. Undefined: it is required. */
  readonly otherwise?: string
  read(value: unknown, path: ConfigPath, problems: Problems): Value | undefined
  /** What left out means. */
  absent?(): Value
  /** The keys inside, below `key`. */
  rows?(key: string): readonly ConfigRow[]
}

/** What a shape reads. */
export type ValueOf<Of> = Of extends Shape<infer Value> ? Value : never

/** A line of text: nothing that a terminal or a log would take for something else. */
export function text(takes = 'text', pattern: RegExp = /^[^\p{Cc}]{1,4096}$/u): Shape<string> {
  return {
    takes,
    read: (value, path, problems) =>
      typeof value === 'string' && pattern.test(value) ? value : problems.add(path, `${takes} is expected here`),
  }
}

export function whole(least: number, most: number): Shape<number> {
  const takes = `a whole number from ${String(least)} to ${String(most)}`
  return {
    takes,
    read: (value, path, problems) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
        ? value
        : problems.add(path, `${takes} is expected here`),
  }
}

export const flag: Shape<boolean> = {
  takes: 'true or false',
  read: (value, path, problems) => (typeof value === 'boolean' ? value : problems.add(path, 'write true or false')),
}

export function oneOf<const Word extends string>(...words: readonly Word[]): Shape<Word> {
  const takes = words.map((word) => `\`${word}\``).join(', ')
  return {
    takes,
    read: (value, path, problems) => {
      const found = words.find((word) => word === value)
      return found ?? problems.add(path, `one of these is expected here: ${words.join(', ')}`)
    },
  }
}

export function list<Item>(item: Shape<Item>, least = 1, most = 64): Shape<readonly Item[]> {
  return {
    takes: `a list: ${item.takes}`,
    rows: (key) => item.rows?.(`${key}[]`) ?? [],
    read: (value, path, problems) => {
      if (!Array.isArray(value) || value.length < least || value.length > most)
        return problems.add(path, `a list of ${String(least)} to ${String(most)} is expected here`)
      const read = value.map((each: unknown, index) => item.read(each, [...path, index], problems))
      return read.filter((each) => each !== undefined)
    },
  }
}

/** One or several. */
export function oneOrMore<Item>(item: Shape<Item>): Shape<readonly Item[]> {
  const several = list(item)
  return {
    takes: `${item.takes}, or a list`,
    read: (value, path, problems) => several.read(Array.isArray(value) ? value : [value], path, problems),
  }
}

/** Names and what each stands for. */
export function table<Item>(item: Shape<Item>): Shape<Readonly<Record<string, Item>>> {
  return {
    takes: `names, each with ${item.takes}`,
    read: (value, path, problems) => {
      if (!(value instanceof Map)) return problems.add(path, 'names and values are expected here')
      const entries = [...(value as ReadonlyMap<string, unknown>)].flatMap(([name, each]) => {
        const read = item.read(each, [...path, name], problems)
        return read === undefined ? [] : [[name, read] as const]
      })
      // A name such as __proto__ is one like any other.
      return Object.assign(Object.create(null), Object.fromEntries(entries)) as Record<string, Item>
    },
  }
}

export function either<One, Other>(one: Shape<One>, other: Shape<Other>): Shape<One | Other> {
  return {
    takes: `${one.takes}, or ${other.takes}`,
    read: (value, path, problems) => {
      const tried = new Problems()
      const read = one.read(value, path, tried)
      return tried.found.length === 0 ? read : other.read(value, path, problems)
    },
  }
}

/** May be left out. */
export function optional<Value>(shape: Shape<Value>): Shape<Value | undefined> {
  return { ...shape, otherwise: 'none', absent: () => undefined }
}

/** Has a value of its own when it is left out. */
export function otherwise<Value>(shape: Shape<Value>, value: Value): Shape<Value> {
  return { ...shape, otherwise: `\`${JSON.stringify(value)}\``, absent: () => value }
}

type Keys = Readonly<Record<string, Shape<unknown>>>
export type GroupOf<Of extends Keys> = { readonly [Key in keyof Of]: ValueOf<Of[Key]> }

/** Exactly these keys. `check` looks at what belongs together. */
export function group<const Of extends Keys>(
  keys: Of,
  check: (value: GroupOf<Of>, path: ConfigPath, problems: Problems) => void = () => undefined,
): Shape<GroupOf<Of>> {
  const names = Object.keys(keys)
  return {
    takes: 'a group',
    rows: (prefix) => Object.entries(keys).flatMap(([name, shape]) => rowsOf(`${prefix}.${name}`, shape)),
    read: (value, path, problems) => {
      if (!(value instanceof Map)) return problems.add(path, 'a group of keys is expected here')
      const given = value as ReadonlyMap<string, unknown>
      for (const name of given.keys()) {
        if (!names.includes(name))
          problems.add([...path, name], `unknown key ${JSON.stringify(name)}; known here: ${names.join(', ')}`)
      }
      const before = problems.found.length
      const entries = Object.entries(keys).map(([name, shape]) => {
        const at = [...path, name]
        if (given.has(name)) return [name, shape.read(given.get(name), at, problems)] as const
        if (shape.absent !== undefined) return [name, shape.absent()] as const
        return [name, problems.add(path, `${JSON.stringify(name)} is missing`)] as const
      })
      if (problems.found.length > before) return undefined
      // Every key was read by its own shape.
      const read = Object.freeze(Object.fromEntries(entries)) as GroupOf<Of>
      check(read, path, problems)
      return read
    },
  }
}

/** One of several groups, told apart by their `kind`. */
export function kinds<const Of extends Readonly<Record<string, Shape<object>>>>(
  of: Of,
): Shape<{ [Kind in keyof Of]: { readonly kind: Kind } & ValueOf<Of[Kind]> }[keyof Of]> {
  const names = Object.keys(of)
  return {
    takes: `a group with \`kind\`: ${names.map((name) => `\`${name}\``).join(' or ')}`,
    rows: (key) => names.flatMap((name) => of[name]?.rows?.(`${key}{${name}}`) ?? []),
    read: (value, path, problems) => {
      if (!(value instanceof Map)) return problems.add(path, 'a group of keys is expected here')
      const { kind, rest } = withoutKind(value as ReadonlyMap<string, unknown>)
      const shape = typeof kind === 'string' && Object.hasOwn(of, kind) ? of[kind] : undefined
      if (shape === undefined) return problems.add([...path, 'kind'], `write kind: ${names.join(' or kind: ')}`)
      const read = shape.read(rest, path, problems)
      // The shape that is called so read it.
      return read === undefined ? undefined : (Object.freeze({ ...read, kind }) as never)
    },
  }
}

function withoutKind(value: ReadonlyMap<string, unknown>): { kind: unknown; rest: ReadonlyMap<string, unknown> } {
  const rest = new Map(value)
  rest.delete('kind')
  return { kind: value.get('kind'), rest }
}

function rowsOf(key: string, shape: Shape<unknown>): readonly ConfigRow[] {
  const inner = shape.rows?.(key) ?? []
  return [{ key, takes: shape.takes, otherwise: shape.otherwise ?? 'required' }, ...inner]
}

import { isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml'
import type { Node } from 'yaml'

/** The way to a value: `['targets', 0, 'host']`. */
export type ConfigPath = readonly (string | number)[]

/** Something that is wrong with a configuration, and where in its text. */
export interface ConfigProblem {
  readonly path: ConfigPath
  readonly message: string
  /** Where it stands, when the path cannot tell: a syntax error, for example. */
  readonly offset?: number
}

/** What a text says, with the place of every value. */
export interface ConfigText {
  readonly value: unknown
  readonly problems: readonly ConfigProblem[]
  /** `line:column`, both from 1. */
  place(problem: ConfigProblem): string
}

/**
 * Reads YAML 1.2 (core schema), of which JSON is a part. Whatever lets one text mean two things is a problem: keys that
 * are there twice or are no strings, anchors, aliases, tags, merge keys, several documents.
 */
export function readConfigText(text: string): ConfigText {
  const lines = new LineCounter()
  const reader = new TextReader()
  const documents = parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  })
  const [first, second] = Array.isArray(documents) ? documents : []
  for (const document of Array.isArray(documents) ? documents : []) {
    // The parser's own words repeat what stands there, which may be a secret at a wrong place.
    for (const { code, pos } of [...document.errors, ...document.warnings])
      reader.report([], `not valid YAML: ${code.toLowerCase().replaceAll('_', ' ')}`, pos[0])
  }
  if (second !== undefined)
    reader.report([], 'the text holds several documents; a configuration is one', second.range[0])
  const contents = first?.contents ?? null
  if (contents === null && reader.problems.length === 0) reader.report([], 'the configuration is empty', 0)
  const value = reader.problems.length === 0 ? reader.read(contents, []) : undefined
  const place = ({ path, offset }: ConfigProblem): string => {
    const { line, col } = lines.linePos(offset ?? reader.offsetOf(path))
    return `${String(Math.max(line, 1))}:${String(Math.max(col, 1))}`
  }
  return { value, problems: reader.problems, place }
}

class TextReader {
  readonly problems: ConfigProblem[] = []
  readonly #offsets = new Map<string, number>()

  report(path: ConfigPath, message: string, offset: number | undefined): void {
    this.problems.push(offset === undefined ? { path, message } : { path, message, offset })
  }

  /** Where a value stands or, when it has no place, the nearest value around it. */
  offsetOf(path: ConfigPath): number {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return offset
    }
    return 0
  }

  read(node: Node | null, path: ConfigPath): unknown {
    const offset = node?.range?.[0]
    this.#note(path, offset)
    if (node === null) return null
    if (isScalar(node) || isMap(node) || isSeq(node)) {
      if (node.anchor !== undefined) this.report(path, 'anchors are not accepted; remove the "&" name', offset)
      if (node.tag !== undefined) this.report(path, 'tags are not accepted; remove the "!" word', offset)
    } else {
      this.report(path, 'aliases are not accepted; write the value out', offset)
      return undefined
    }
    if (isSeq<Node | null>(node)) return node.items.map((item, index) => this.read(item, [...path, index]))
    if (isScalar(node)) return node.value
    return this.#readMap(node as Parameters<typeof isMap>[0], path)
  }

  #readMap(node: unknown, path: ConfigPath): ReadonlyMap<string, unknown> {
    const members = new Map<string, unknown>()
    if (!isMap<unknown, Node | null>(node)) return members
    for (const { key, value } of node.items) {
      const offset = isScalar(key) ? key.range?.[0] : undefined
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.report(path, 'a key is not a string; put it in quotes', offset)
        continue
      }
      const at = [...path, key.value]
      if (members.has(key.value)) this.report(at, 'the key is there twice', offset)
      if (key.anchor !== undefined || key.tag !== undefined) this.report(at, 'a key has no anchor and no tag', offset)
      this.#note(at, offset)
      members.set(key.value, this.read(value, at))
    }
    return members
  }

  /** A key's place wins over its value's: that is what a reader looks for. */
  #note(path: ConfigPath, offset: number | undefined): void {
    const key = JSON.stringify(path)
    if (offset !== undefined && !this.#offsets.has(key)) this.#offsets.set(key, offset)
  }
}

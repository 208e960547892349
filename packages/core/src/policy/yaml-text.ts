import type { Document, Node, Pair } from 'yaml'
import { Composer, isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml'
import { emptyObject, keyProblem, numberProblem } from './plain-object.js'
import type { ReadValue } from './plain-object.js'
import type { Locate, PolicyPath, Position, Problem } from './problem.js'
import { invalid } from './problem.js'

/** What a policy text says, with the place of every value. */
export interface ReadText extends ReadValue {
  readonly locate: Locate
}

const deepest = 48
const mostTokens = 400_000

/**
 * Reads a policy text as YAML 1.2 (core schema), of which JSON is a part. Everything that lets one text mean two things
 * is a problem: duplicate keys, anchors and aliases, merge keys, tags, directives, several documents, keys that are not
 * strings. Time and memory are bounded by the size of the text.
 */
export function readYamlText(text: string, what = 'policy'): ReadText {
  const lines = new LineCounter()
  const reader = new YamlReader(lines)
  if (!text.isWellFormed()) reader.report([], 'the text contains half a character (a lone surrogate)', undefined)
  const documents = compose(text, lines, reader)
  for (const document of documents) {
    for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
      const hint = code === 'BAD_ALIAS' ? '; put a value that begins with "*" or "&" in quotes' : ''
      reader.report([], `not valid YAML: ${message.replaceAll(/\s+/g, ' ')}${hint}`, pos[0])
    }
  }
  const [document, second] = documents
  if (second !== undefined) reader.report([], `the text holds several documents; a ${what} is one`, second.range[0])
  const contents = document?.contents ?? null
  if (contents === null && reader.problems.length === 0) reader.report([], `the ${what} is empty`, undefined)
  const value = reader.problems.length === 0 ? reader.read(contents, []) : undefined
  return { value, problems: reader.problems, locate: (path) => reader.locate(path) }
}

/** The library's composer recurses and can take the process down on deep nesting, so depth is bounded before it runs. */
function compose(text: string, lines: LineCounter, reader: YamlReader): Document.Parsed[] {
  const parser = new Parser(lines.addNewLine)
  const tokens: Parameters<Composer['next']>[0][] = []
  let count = 0
  lines.addNewLine(0)
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme))
    if (parser.stack.length > deepest) {
      reader.report([], `nesting deeper than ${String(deepest)} levels`, parser.offset)
      return []
    }
    if (++count > mostTokens) {
      reader.report([], 'the text has too many parts', parser.offset)
      return []
    }
  }
  tokens.push(...parser.end())
  for (const token of tokens) {
    if (token.type === 'directive') reader.report([], 'directives are not accepted; remove the line', token.offset)
  }
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    strict: true,
    uniqueKeys: false,
    merge: false,
    prettyErrors: false,
    logLevel: 'silent',
  })
  return [...composer.compose(tokens, true, text.length)]
}

/** Turns the parsed nodes into plain values, noting places and problems on the way. */
class YamlReader {
  readonly problems: Problem[] = []
  readonly #lines: LineCounter
  readonly #offsets = new Map<string, number>()

  constructor(lines: LineCounter) {
    this.#lines = lines
  }

  report(path: PolicyPath, message: string, offset: number | undefined): void {
    const position = offset === undefined ? undefined : this.#position(offset)
    this.problems.push(position === undefined ? invalid(path, message) : { ...invalid(path, message), position })
  }

  /** The place of a value or, when it has none, of the nearest value around it. */
  locate(path: PolicyPath): Position | undefined {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#offsets.get(JSON.stringify(path.slice(0, length)))
      if (offset !== undefined) return this.#position(offset)
    }
    return undefined
  }

  read(node: Node | null, path: PolicyPath): unknown {
    const offset = node?.range?.[0]
    this.#note(path, offset)
    if (isAlias(node)) {
      this.report(path, 'aliases are not accepted; write the value out, in quotes if it begins with "*"', offset)
      return undefined
    }
    if (node === null) return null
    if (node.anchor !== undefined) this.report(path, 'anchors are not accepted; remove the "&" name', offset)
    if (node.tag !== undefined) this.report(path, 'tags are not accepted; remove the "!" word', offset)
    if (isMap<unknown, Node | null>(node)) return this.#readMap(node.items, path)
    if (isSeq<Node | null>(node)) return node.items.map((item, index) => this.read(item, [...path, index]))
    return isScalar(node) ? this.#readScalar(node.value, path, offset) : undefined
  }

  #readMap(pairs: readonly Pair<unknown, Node | null>[], path: PolicyPath): Record<string, unknown> {
    const members = emptyObject()
    for (const pair of pairs) {
      const key = this.#readKey(pair.key, path)
      if (key === undefined) continue
      if (Object.hasOwn(members, key.name)) this.report([...path, key.name], 'the key is there twice', key.offset)
      this.#note([...path, key.name], key.offset)
      members[key.name] = this.read(pair.value, [...path, key.name])
    }
    return members
  }

  #readKey(key: unknown, path: PolicyPath): { readonly name: string; readonly offset: number | undefined } | undefined {
    const offset = isScalar(key) || isAlias(key) || isMap(key) || isSeq(key) ? key.range?.[0] : undefined
    if (!isScalar(key) || typeof key.value !== 'string') {
      this.report(path, 'a key is not a string; put it in quotes', offset)
      return undefined
    }
    const name = key.value
    const problem = name === '<<' ? 'merge keys are not accepted; write the members out' : keyProblem(name)
    if (problem !== undefined) {
      this.report([...path, name], problem, offset)
      return undefined
    }
    if (key.anchor !== undefined || key.tag !== undefined)
      this.report([...path, name], 'a key has no anchor and no tag', offset)
    return { name, offset }
  }

  #readScalar(value: unknown, path: PolicyPath, offset: number | undefined): unknown {
    if (typeof value === 'string' && !value.isWellFormed()) {
      this.report(path, 'the text contains half a character (a lone surrogate)', offset)
    }
    const problem = typeof value === 'number' ? numberProblem(value) : undefined
    if (problem !== undefined) this.report(path, problem, offset)
    return value
  }

  /** A key's place wins over its value's: that is what a reader looks for. */
  #note(path: PolicyPath, offset: number | undefined): void {
    const key = JSON.stringify(path)
    if (offset !== undefined && !this.#offsets.has(key)) this.#offsets.set(key, offset)
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
}

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** What the grammar says about one text: its tree as JSON, or where it stops being SQL. */
export type Grammatical =
  | { readonly ok: true; readonly json: string }
  | { readonly ok: false; readonly message: string; readonly position: number | undefined }

/** The part of the emscripten module that is used. Its other helpers are unsafe: they count the bytes of lone surrogates wrongly. */
interface GrammarModule {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(pointer: number): void
  _wasm_parse_query_raw(text: number): number
  _wasm_free_parse_result(result: number): void
  _wasm_scan(text: number): number
  _wasm_free_string(text: number): void
  getValue(pointer: number, type: 'i32'): number
  UTF8ToString(pointer: number): string
}

type GrammarFactory = (options: {
  instantiateWasm(imports: object, receive: (instance: { readonly exports: object }) => void): object
  print(): void
  printErr(): void
}) => Promise<GrammarModule>

/** The two constructors that are used. Their types come only with the library of browsers. */
interface WebAssemblyConstructors {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

/** Memory that an instance may keep after a text; above it the instance is replaced. */
const keptMemoryBytes = 192 * 1024 * 1024

/** Source files of the scanner and the grammar: an error raised there leaves the instance sound. */
const soundErrorSources = new Set(['scan.l', 'gram.y', 'parser.c'])

// Every Node has it; only the declaration is missing.
const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyConstructors }).WebAssembly

let compiled: { readonly factory: GrammarFactory; readonly module: object } | undefined
let ready: GrammarModule | undefined
let standby: Promise<GrammarModule> | undefined

/**
 * Makes sure that an instance of PostgreSQL's grammar is ready; the first call compiles it (about 40 ms).
 * Afterwards `grammarReady()` is true until an instance had to be thrown away.
 */
export async function prepareGrammar(): Promise<void> {
  if (ready !== undefined) return
  standby ??= instantiate()
  const instance = await standby
  standby = undefined
  ready ??= instance
}

/** Whether `parseBytes` and `scanBytes` may be called right now. */
export function grammarReady(): boolean {
  return ready !== undefined
}

/**
 * Parses one text, given as UTF-8 without NUL. Throws `GrammarFailure` on anything but a syntax error (out of stack, out
 * of memory); the instance is then gone, because it answers wrongly or never again after some dozens of those, and
 * `prepareGrammar` makes another.
 */
export function parseBytes(bytes: Uint8Array): Grammatical {
  return withInstance((grammar) => {
    const text = copyIn(grammar, bytes)
    const result = grammar._wasm_parse_query_raw(text)
    if (result === 0) throw new GrammarFailure('out of memory')
    try {
      const error = grammar.getValue(result + 8, 'i32')
      if (error !== 0) return syntaxError(grammar, error)
      return { ok: true, json: grammar.UTF8ToString(grammar.getValue(result, 'i32')) }
    } finally {
      grammar._wasm_free_parse_result(result)
      grammar._free(text)
    }
  })
}

/** Splits one text, given as UTF-8 without NUL, into tokens as JSON. Undefined when the scanner refuses it. */
export function scanBytes(bytes: Uint8Array): string | undefined {
  return withInstance((grammar) => {
    const text = copyIn(grammar, bytes)
    const result = grammar._wasm_scan(text)
    if (result === 0) throw new GrammarFailure('out of memory')
    try {
      const answer = grammar.UTF8ToString(result)
      return answer.startsWith('{') ? answer : undefined
    } finally {
      grammar._wasm_free_string(result)
      grammar._free(text)
    }
  })
}

/** The grammar could not finish: the text needs more stack or memory than there is. Not a syntax error. */
export class GrammarFailure extends Error {
  override readonly name = 'GrammarFailure'
}

function withInstance<Result>(use: (grammar: GrammarModule) => Result): Result {
  const grammar = ready
  if (grammar === undefined) throw new GrammarFailure('the grammar is not ready')
  try {
    const result = use(grammar)
    if (grammar.HEAPU8.length > keptMemoryBytes) discard()
    return result
  } catch (error) {
    discard()
    throw error instanceof GrammarFailure ? error : new GrammarFailure('out of stack or memory', { cause: error })
  }
}

/** Drops the instance and starts to build the next one. */
function discard(): void {
  ready = undefined
  standby ??= instantiate()
  // The failure surfaces at the next prepareGrammar, which awaits the same promise.
  standby.catch(() => undefined)
}

function syntaxError(grammar: GrammarModule, error: number): Grammatical {
  const field = (offset: number): number => grammar.getValue(error + offset, 'i32')
  const source = field(8) === 0 ? '' : grammar.UTF8ToString(field(8))
  const message = field(0) === 0 ? 'syntax error' : grammar.UTF8ToString(field(0))
  if (!soundErrorSources.has(source)) throw new GrammarFailure(message)
  return { ok: false, message, position: field(16) > 0 ? field(16) : undefined }
}

function copyIn(grammar: GrammarModule, bytes: Uint8Array): number {
  const pointer = grammar._malloc(bytes.length + 1)
  if (pointer === 0) throw new GrammarFailure('out of memory')
  grammar.HEAPU8.set(bytes, pointer)
  grammar.HEAPU8[pointer + bytes.length] = 0
  return pointer
}

async function instantiate(): Promise<GrammarModule> {
  compiled ??= compile()
  const { factory, module } = compiled
  return factory({
    instantiateWasm(imports, receive) {
      const instance = new webAssembly.Instance(module, imports)
      receive(instance)
      return instance.exports
    },
    print: () => undefined,
    printErr: () => undefined,
  })
}

function compile(): NonNullable<typeof compiled> {
  const require = createRequire(import.meta.url)
  // The package ships no types for this file; the shape is pinned with the exact version and covered by tests.
  const factory = require('libpg-query/wasm/libpg-query.js') as GrammarFactory
  const module = new webAssembly.Module(readFileSync(require.resolve('libpg-query/wasm/libpg-query.wasm')))
  return { factory, module }
}

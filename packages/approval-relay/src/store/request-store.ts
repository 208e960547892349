import { join } from 'node:path'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { maxRequestBytes, readRequest, strictJsonObject } from '@bothkeys/core/relay'
import { DurableFolder } from './durable-folder.js'
import type { StoreFiles } from './files.js'
import type { KeptAnswer } from './kept-answer.js'
import { answerText, readAnswer } from './kept-answer.js'
import type { KeptReceipt } from './kept-receipts.js'
import { readReceipts, receiptLine } from './kept-receipts.js'

/** A request as it was kept. */
export interface KeptRequest {
  readonly request: RelayedRequest
  readonly bytes: number
  readonly receivedAtMs: number
  readonly answers: readonly KeptAnswer[]
  /** What the engine made of answers, by their numbers. */
  readonly receipts: ReadonlyMap<number, KeptReceipt>
  /** The number of the last answer, whether it could be read or not. */
  readonly lastN: number
}

/** What was found at start. `setAside` names the files that could not be read as what they say they are. */
export interface KeptRequests {
  readonly requests: readonly KeptRequest[]
  readonly setAside: readonly string[]
}

/** JSON can write each byte of a request in six. */
const mostBytes = 6 * maxRequestBytes + 4_096
const mostAnswerBytes = 64 * 1024
const mostReceiptBytes = 512 * 1024

const names = /^(?<id>[0-9a-f]{32})\.(?:(?<kind>request|receipts)|answer-(?<n>[1-9]\d{0,3}))$/

/** The requests that wait and what people answered, each in a file of its own. */
export class RequestStore {
  readonly #folder: DurableFolder
  readonly #aside: string

  constructor(path: string, files: StoreFiles, onFailure: (cause: unknown) => void) {
    this.#folder = new DurableFolder(join(path, 'requests'), files, onFailure)
    this.#aside = join(path, 'set-aside')
  }

  get isWell(): boolean {
    return this.#folder.isWell
  }

  /** Everything is read anew, digest and view too. What is torn or not the relay's own is moved to `set-aside`. */
  async open(): Promise<KeptRequests> {
    const files = (await this.#folder.open()).map(foundFile)
    const requests: KeptRequest[] = []
    const setAside = files.filter(({ id }) => id === undefined).map(({ name }) => name)
    for (const { id, kind, name } of files) {
      if (id === undefined || kind !== 'request') continue
      const kept = await this.#read(id).catch(() => undefined)
      if (kept === undefined) setAside.push(name)
      else requests.push({ ...kept, ...(await this.#answersOf(id, files, setAside)), receipts: await this.#told(id) })
    }
    const live = new Set(requests.map(({ request }) => request.id))
    // Without its request, what was said of it is of one that was removed.
    const over = files.filter(({ id, kind }) => id !== undefined && kind !== 'request' && !live.has(id))
    await this.#folder.remove(over.map(({ name }) => name))
    for (const name of setAside) await this.#folder.moveTo(name, this.#aside)
    return { requests, setAside }
  }

  /** Rejects when it is not on disk; nothing of it stays then. */
  async add(
    { engine, id }: RelayedRequest,
    kept: { readonly envelope: string; readonly receivedAtMs: number },
    signal: AbortSignal,
  ): Promise<void> {
    await this.#folder.put(`${id}.request`, JSON.stringify({ v: 1, engine, ...kept }), signal)
  }

  /** Rejects when it is not on disk; nothing of it stays then. */
  async answer(id: string, answer: KeptAnswer, signal: AbortSignal): Promise<void> {
    await this.#folder.put(nameOf(id, answer.n), answerText(answer), signal)
  }

  /** Without waiting for the disk: it is only shown. */
  async receipt(id: string, n: number, receipt: KeptReceipt): Promise<void> {
    await this.#folder.append(`${id}.receipts`, receiptLine(n, receipt))
  }

  /** The request first: what is left of its answers says nothing without it. */
  async remove(id: string, lastN: number): Promise<void> {
    const ns = Array.from({ length: lastN }, (_, index) => nameOf(id, index + 1))
    await this.#folder.remove([`${id}.request`, `${id}.receipts`, ...ns])
  }

  async #answersOf(
    id: string,
    files: readonly FoundFile[],
    setAside: string[],
  ): Promise<Pick<KeptRequest, 'answers' | 'lastN'>> {
    const ns = files.flatMap((file) => (file.id === id && file.n !== undefined ? [file.n] : []))
    const answers: KeptAnswer[] = []
    for (const n of ns.toSorted((one, other) => one - other)) {
      const name = nameOf(id, n)
      try {
        answers.push(readAnswer((await this.#folder.read(name, mostAnswerBytes)) ?? new Uint8Array(), n))
      } catch {
        setAside.push(name)
      }
    }
    return { answers, lastN: Math.max(0, ...ns) }
  }

  async #told(id: string): Promise<KeptRequest['receipts']> {
    return readReceipts(await this.#folder.read(`${id}.receipts`, mostReceiptBytes))
  }

  async #read(id: string): Promise<Omit<KeptRequest, 'answers' | 'lastN' | 'receipts'>> {
    const bytes = await this.#folder.read(`${id}.request`, mostBytes)
    const value = strictJsonObject(bytes ?? new Uint8Array(), 'a kept request')
    const { engine, envelope, receivedAtMs, v } = value
    if (v !== 1 || typeof envelope !== 'string' || typeof receivedAtMs !== 'number') throw new Error('no request')
    const request = readRequest(envelope)
    if (request.id !== id || request.engine !== engine) throw new Error('another request')
    return { request, bytes: Buffer.byteLength(envelope), receivedAtMs }
  }
}

interface FoundFile {
  readonly name: string
  readonly id: string | undefined
  readonly kind: string | undefined
  readonly n: number | undefined
}

function foundFile(name: string): FoundFile {
  const { id, kind, n } = names.exec(name)?.groups ?? {}
  return { name, id, kind, n: n === undefined ? undefined : Number(n) }
}

function nameOf(id: string, n: number): string {
  return `${id}.answer-${String(n)}`
}

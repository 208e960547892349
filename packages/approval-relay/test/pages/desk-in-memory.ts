import { createHash } from 'node:crypto'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { digestPrefix } from '@bothkeys/core/relay'
import type {
  Admission,
  Desk,
  DeskAnswer,
  DeskDecision,
  DeskEnd,
  DeskEntry,
  DeskEvents,
  DeskPerson,
  DeskReceipt,
  HistoryLine,
  PersonView,
} from '../../src/desk.js'
import { withheld } from '../../src/withheld.js'

type Send = (request: RelayedRequest, decision: DeskDecision) => Promise<DeskAnswer['receipt']>
type Listener = (...args: readonly unknown[]) => void

/** A desk in memory, which believes everybody that it was told of. */
export class DeskInMemory implements Desk {
  readonly #pending = new Map<string, { request: RelayedRequest; receivedAtMs: number; answers: DeskAnswer[] }>()
  readonly #over: HistoryLine[] = []
  readonly #listeners: { readonly event: string; readonly listener: Listener }[] = []
  readonly #send: Send
  /** What was decided, as it came. */
  readonly decisions: (DeskDecision & { readonly id: string })[] = []
  /** By id: what the directory says of somebody. Others are not known. */
  readonly people = new Map<string, 'known' | 'disabled'>()
  isDirectoryDown = false
  /** Who sees statements masked. */
  readonly masked = new Set<string>()
  /** Instead of deciding. */
  refusal: (DeskReceipt & { readonly decided: false })['reason'] | undefined
  nowMs = (): number => Date.now()

  constructor(send: Send = () => Promise.resolve(undefined)) {
    this.#send = send
  }

  add(request: RelayedRequest): void {
    this.#pending.set(request.id, { request, receivedAtMs: this.nowMs(), answers: [] })
    this.#tell('added', request.id)
  }

  end(id: string, end: DeskEnd): void {
    const found = this.#pending.get(id)
    if (found === undefined) return
    const { request } = found
    const line: HistoryLine = {
      id,
      engine: request.engine,
      digestPrefix: digestPrefix(request),
      target: request.target.name,
      operation: request.operation,
      requester: request.requester.subject,
      duties: [...new Set(request.effects.map(({ duty }) => duty))],
      receivedAtMs: found.receivedAtMs,
      expiresAtMs: request.expiresAt.getTime(),
      endedAtMs: this.nowMs(),
      end,
      answers: found.answers,
    }
    this.#pending.delete(id)
    this.#over.unshift(line)
    this.#tell('ended', id, line)
  }

  /** The latest request that waits, as it came. */
  get latest(): RelayedRequest | undefined {
    return [...this.#pending.values()].at(-1)?.request
  }

  pending(): readonly DeskEntry[] {
    return [...this.#pending.values()].map((entry) => this.#shown(entry))
  }

  entry(id: string): DeskEntry | undefined {
    const entry = this.#pending.get(id)
    return entry === undefined ? undefined : this.#shown(entry)
  }

  history(limit: number): readonly HistoryLine[] {
    return this.#over.slice(0, limit)
  }

  admit({ subject }: DeskPerson): Promise<Admission> {
    if (this.isDirectoryDown) return Promise.resolve({ admitted: false, reason: 'directory-unavailable' })
    const isKnown = this.people.get(subject.id) === 'known'
    return Promise.resolve(
      isKnown ? { admitted: true, person: subject.id } : { admitted: false, reason: 'refused-by-directory' },
    )
  }

  viewFor(id: string, person: DeskPerson | undefined): Promise<PersonView | undefined> {
    const request = this.#pending.get(id)?.request
    if (request === undefined) return Promise.resolve(undefined)
    const { complete, digest, text } = request.view
    // What is masked for somebody is masked for anybody.
    if (person === undefined ? this.masked.size === 0 : !this.masked.has(person.subject.id)) {
      return Promise.resolve({
        text,
        request,
        complete,
        digest,
        masked: false,
        allowUpTo: complete ? 'phishing-resistant' : 'channel',
      })
    }
    const shown = text
      .replace(/^ {4}\| .*$/gmu, '    | (withheld)')
      .replace(/^ {2}parameters .*$/mu, '  parameters withheld')
    const masked = createHash('sha256').update(shown).digest('hex')
    return Promise.resolve({
      text: shown,
      request: withheld(request),
      complete,
      digest: masked,
      masked: true,
      allowUpTo: 'channel',
    })
  }

  /** What is masked for somebody is masked for anybody. */
  #shown(entry: { readonly request: RelayedRequest; receivedAtMs: number; answers: DeskAnswer[] }): DeskEntry {
    return this.masked.size === 0 ? entry : { ...entry, request: withheld(entry.request) }
  }

  async decide(id: string, decision: DeskDecision): Promise<DeskReceipt> {
    this.decisions.push({ ...decision, id })
    if (this.refusal !== undefined) return { decided: false, reason: this.refusal }
    const found = this.#pending.get(id)
    if (found === undefined) return { decided: false, reason: 'over' }
    const n = found.answers.length + 1
    const atMs = this.nowMs()
    const { level, person, reason, via } = decision
    found.answers.push({ n, decision: decision.decision, by: person, level, via, atMs, reason, receipt: undefined })
    this.#tell('changed', id)
    const receipt = await this.#send(found.request, decision)
    found.answers.splice(n - 1, 1, { ...found.answers[n - 1]!, receipt })
    this.#tell('changed', id)
    return { decided: true, n, level, atMs }
  }

  on<K extends keyof DeskEvents>(event: K, listener: (...args: DeskEvents[K]) => void): () => void {
    const entry = { event, listener: listener as Listener }
    this.#listeners.push(entry)
    return () => void this.#listeners.splice(this.#listeners.indexOf(entry), 1)
  }

  get listening(): number {
    return this.#listeners.length
  }

  #tell(event: string, ...args: readonly unknown[]): void {
    for (const each of this.#listeners.filter((one) => one.event === event)) each.listener(...args)
  }
}

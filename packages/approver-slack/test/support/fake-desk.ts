import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type {
  ChannelAccount,
  ChannelDesk,
  DeskAnswer,
  DeskEnd,
  DeskEvents,
  DeskReceipt,
  DeskSubject,
  HistoryLine,
  LinkEntry,
  PersonView,
} from '@bothkeys/approval-relay'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { digestPrefix, systemClock } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'

type Listeners = { [K in keyof DeskEvents]: Set<(...args: DeskEvents[K]) => void> }

/** A desk in memory: the part of a relay that a channel sees, with a key of its own. */
export class FakeDesk implements ChannelDesk {
  readonly issuer = 'https://approvals.example'
  readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly refusals: { readonly reason: string; readonly request?: string; readonly user?: string }[] = []
  readonly lines: HistoryLine[] = []
  readonly linked = new Map<string, DeskSubject>()
  /** Accounts of offered links by token, and of confirmed ones by account. */
  readonly offered = new Map<string, Omit<ChannelAccount, 'channel'>>()
  /** What pages call the accounts that were offered. */
  readonly shown: string[] = []
  readonly entered: string[] = []
  readonly confirmed = new Map<string, { readonly code: string; readonly subject: DeskSubject }>()
  readonly clock: ChannelDesk['clock']
  /** Hands evidence to the engine and answers what it says. */
  engine: (id: string, evidence: string) => Promise<{ readonly counted: boolean; readonly reason?: string }> = () =>
    Promise.resolve({ counted: true })
  /** Makes of a view what a channel is shown. */
  viewsOf: (view: PersonView) => PersonView = (view) => view
  decideFault: (() => Promise<DeskReceipt>) | undefined
  directory: (subject: DeskSubject) => boolean = () => true
  readonly #entries = new Map<string, { request: RelayedRequest; receivedAtMs: number; answers: DeskAnswer[] }>()
  readonly #listeners: Listeners = { added: new Set(), changed: new Set(), ended: new Set() }

  constructor(clock: ChannelDesk['clock'] = systemClock) {
    this.clock = clock
  }

  readonly links = {
    get: ({ team, user }: ChannelAccount): DeskSubject | undefined => this.linked.get(`${team} ${user}`),
    remove: ({ team, user }: ChannelAccount): Promise<void> => {
      this.linked.delete(`${team} ${user}`)
      return Promise.resolve()
    },
  }

  link(team: string, user: string, subject: DeskSubject): void {
    this.linked.set(`${team} ${user}`, subject)
  }

  add(request: RelayedRequest): void {
    this.#entries.set(request.id, { request, receivedAtMs: this.clock.wallMs(), answers: [] })
    this.#tell('added', request.id)
  }

  end(id: string, end: DeskEnd): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    const { answers, receivedAtMs, request } = entry
    const line: HistoryLine = {
      id,
      engine: request.engine,
      digestPrefix: digestPrefix(request),
      target: request.target.name,
      operation: request.operation,
      requester: request.requester.subject,
      duties: [...new Set(request.effects.map(({ duty }) => duty))],
      receivedAtMs,
      expiresAtMs: request.expiresAt.getTime(),
      endedAtMs: this.clock.wallMs(),
      end,
      answers,
    }
    this.#entries.delete(id)
    this.lines.unshift(line)
    this.#tell('ended', id, line)
  }

  changed(id: string): void {
    this.#tell('changed', id)
  }

  pending(): ReturnType<ChannelDesk['pending']> {
    return [...this.#entries.values()]
  }

  entry(id: string): ReturnType<ChannelDesk['entry']> {
    return this.#entries.get(id)
  }

  history(limit: number): readonly HistoryLine[] {
    return this.lines.slice(0, limit)
  }

  admit(): ReturnType<ChannelDesk['admit']> {
    return Promise.resolve({ admitted: true, person: 'somebody' })
  }

  viewFor(id: string): Promise<PersonView | undefined> {
    const entry = this.#entries.get(id)
    if (entry === undefined) return Promise.resolve(undefined)
    const { complete, digest, text } = entry.request.view
    const view = {
      text,
      request: entry.request,
      complete,
      masked: false,
      digest,
      allowUpTo: complete ? 'phishing-resistant' : 'channel',
    } as const
    return Promise.resolve(this.viewsOf(view))
  }

  async decide(id: string, decision: Parameters<ChannelDesk['decide']>[1]): Promise<DeskReceipt> {
    if (this.decideFault !== undefined) return this.decideFault()
    const entry = this.#entries.get(id)
    const { person, reason, viewDigest } = decision
    if (entry === undefined) return { decided: false, reason: 'over' }
    const view = await this.viewFor(id)
    if (view?.digest !== viewDigest) return { decided: false, reason: 'other-view' }
    if (!this.directory(person.subject)) return { decided: false, reason: 'refused-by-directory' }
    const { id: account, issuer } = person.subject
    if (entry.answers.some(({ by }) => by.subject.id === account && by.subject.issuer === issuer)) {
      return { decided: false, reason: 'already-answered' }
    }
    const n = entry.answers.length + 1
    const atMs = this.clock.wallMs()
    entry.answers.push({
      n,
      decision: decision.decision,
      by: person,
      level: 'channel',
      via: { kind: 'channel', name: 'slack' },
      atMs,
      reason,
      receipt: undefined,
    })
    const evidence = await signApproval(
      { ...entry.request.subject, dec: decision.decision },
      {
        issuer: this.issuer,
        subject: person.subject,
        level: 'channel',
        key: this.keys.privateKey,
        algorithm: 'ES256',
        keyId: 'desk',
        nowMs: atMs,
      },
    )
    this.#tell('changed', id)
    void this.#receipt(id, n, evidence)
    return { decided: true, n, level: 'channel', atMs }
  }

  async #receipt(id: string, n: number, evidence: string): Promise<void> {
    const { counted, reason = 'failed' } = await this.engine(id, evidence)
    const entry = this.#entries.get(id) ?? this.lines.find((line) => line.id === id)
    const answers = entry?.answers as DeskAnswer[] | undefined
    const at = answers?.findIndex((each) => each.n === n) ?? -1
    const answer = answers?.[at]
    if (answers === undefined || answer === undefined) return
    answers[at] = { ...answer, receipt: counted ? { counted } : { counted, reason } }
    this.#tell('changed', id)
  }

  on<K extends keyof DeskEvents>(event: K, listener: (...args: DeskEvents[K]) => void): () => void {
    this.#listeners[event].add(listener)
    return () => this.#listeners[event].delete(listener)
  }

  linkUrl(account: Omit<ChannelAccount, 'channel'>, shownAs: string): string {
    this.shown.push(shownAs)
    const token = randomBytes(8).toString('hex')
    this.offered.set(token, account)
    return `https://approvals.example/link/${token}`
  }

  /** What the page does when somebody who logged in says that the account is theirs. Answers the code that they are shown. */
  confirm(token: string, subject: DeskSubject): string | undefined {
    const account = this.offered.get(token)
    this.offered.delete(token)
    if (account === undefined) return undefined
    const code = randomBytes(4).toString('hex')
    this.confirmed.set(`${account.team} ${account.user}`, { code, subject })
    return code
  }

  enterCode({ team, user }: Omit<ChannelAccount, 'channel'>, code: string): LinkEntry {
    const confirmed = this.confirmed.get(`${team} ${user}`)
    if (confirmed === undefined) return 'not-offered'
    if (confirmed.code !== code) return 'wrong-code'
    this.entered.push(user)
    return 'entered'
  }

  requestUrl(id: string): string {
    return `https://approvals.example/requests/${id}`
  }

  refused(...[reason, about]: Parameters<ChannelDesk['refused']>): void {
    const { account, request } = about ?? {}
    this.refusals.push({
      reason,
      ...(request === undefined ? {} : { request }),
      ...(account === undefined ? {} : { user: account.user }),
    })
  }

  #tell<K extends keyof DeskEvents>(event: K, ...args: DeskEvents[K]): void {
    for (const listener of this.#listeners[event]) (listener as (...all: DeskEvents[K]) => void)(...args)
  }
}

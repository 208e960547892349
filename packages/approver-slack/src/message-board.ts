import type { ChannelDesk, HistoryLine } from '@bothkeys/approval-relay'
import { digestPrefix } from '@bothkeys/core/relay'
import { BackOff } from './back-off.js'
import { endedMessage } from './ended-blocks.js'
import { isMessageTs } from './find-posts.js'
import { Flood } from './flood.js'
import type { SlackSettings } from './options.js'
import type { PostedMessage, PostedMessages } from './posted-messages.js'
import { Posting } from './posting.js'
import { requestMessage } from './request-blocks.js'
import { Summary } from './summary.js'
import { UnsurePosts } from './unsure-posts.js'
import type { SlackAnswer, SlackWeb } from './web.js'
import type { Workspace } from './workspace.js'

/** The most requests that wait for their message. */
const mostWaiting = 2_000

/** What the board of messages is made of. */
export interface BoardParts {
  readonly desk: ChannelDesk
  readonly posted: PostedMessages
  readonly settings: SlackSettings
  readonly web: SlackWeb
  readonly workspace: Workspace
  /** Told of each streak of failures once. */
  readonly failed: (reason: string, request?: string) => void
}

/** A request whose message is not as it should be. */
interface Due {
  /** How it ended; `false` while it waits. */
  ended: HistoryLine | 'unknown' | false
  /** Slack did not take the message with all of the view. */
  short: boolean
  /** How often it changed: what changes while Slack is called is brought there after it. */
  changes: number
}

function waiting(ended: Due['ended'] = false): Due {
  return { ended, short: false, changes: 0 }
}

/**
 * The messages about requests, one each: it brings what stands in Slack to what is so, one call at a time, until it succeeds. What
 * changes meanwhile is one call more and no queue. Slack can be down for as long as it likes: the requests wait at the page.
 */
export class MessageBoard {
  readonly #parts: BoardParts
  readonly #due = new Map<string, Due>()
  /** What was last brought to Slack, by request. */
  readonly #shown = new Map<string, string>()
  /** What stands in Slack and could not be kept on disk: it is not posted again, and ends with its request. */
  readonly #unkept = new Map<string, PostedMessage>()
  readonly #flood: Flood
  readonly #backOff: BackOff
  readonly #summary: Summary
  readonly #unsure: UnsurePosts
  readonly #posting: Posting
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(parts: BoardParts) {
    this.#parts = parts
    const monotonicMs = (): number => parts.desk.clock.monotonicMs()
    this.#flood = new Flood(parts.settings.perMinute, monotonicMs)
    this.#backOff = new BackOff(parts.settings.retryMs, monotonicMs)
    this.#summary = new Summary(parts.settings.channel, monotonicMs)
    this.#unsure = new UnsurePosts({ ...parts, channel: parts.settings.channel })
    this.#posting = new Posting(parts, this.#unsure)
  }

  /** What was posted before the start is brought up to date, and what waits without a message gets one. */
  resume(): void {
    const { desk, posted } = this.#parts
    const over = new Map(desk.history(1_000).map((line) => [line.id, line]))
    for (const { request } of posted.intents()) this.#unsure.add(request)
    for (const { request } of [...posted.all(), ...posted.intents()]) {
      const ended = desk.entry(request) === undefined ? (over.get(request) ?? 'unknown') : false
      this.#due.set(request, waiting(ended))
    }
    for (const { request } of desk.pending()) if (!this.#due.has(request.id)) this.added(request.id)
    this.#work()
  }

  added(id: string): void {
    const { desk } = this.#parts
    const entry = desk.entry(id)
    if (entry === undefined) return
    const { engine } = entry.request
    if (this.#due.size < mostWaiting && this.#flood.take(engine)) this.#due.set(id, waiting())
    else this.#summary.count(engine, desk.requestUrl(id))
    this.#work()
  }

  changed(id: string): void {
    const due = this.#due.get(id)
    if (due !== undefined) due.changes++
    else if (this.#parts.posted.of(id) !== undefined) this.#due.set(id, waiting())
    this.#work()
  }

  ended(id: string, line: HistoryLine): void {
    const due = this.#due.get(id)
    if (due !== undefined) due.ended = line
    else if (this.#parts.posted.of(id) !== undefined) this.#due.set(id, waiting(line))
    this.#work()
  }

  /** The message that asks about a request. One that is being posted is waited for: Slack shows it before it is known here. */
  async message(request: string): Promise<PostedMessage | undefined> {
    const { posted } = this.#parts
    if (posted.of(request) === undefined && this.#due.has(request)) await this.#running
    return posted.of(request)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #work(): void {
    if (this.#closed || this.#running !== undefined || this.#timer !== undefined) return
    if (this.#due.size === 0 && !this.#summary.due) return
    const { waitMs } = this.#backOff
    if (waitMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined
        this.#work()
      }, waitMs)
      this.#timer.unref()
      return
    }
    this.#running = this.#step().catch(() => {
      this.#failure({ ok: false, reason: 'failed', retryAfterMs: undefined })
    })
    void this.#running.then(() => {
      this.#running = undefined
      this.#work()
    })
  }

  /** Brings one message to what is so. */
  async #step(): Promise<void> {
    const problem = await this.#parts.workspace.problem()
    if (problem !== undefined) {
      this.#failure({ ok: false, reason: problem.reason, retryAfterMs: problem.retryAfterMs })
      return
    }
    const stood = this.#unsure.any ? await this.#unsure.settle() : undefined
    if (stood !== undefined) {
      this.#failure(stood)
      return
    }
    const [next] = this.#due
    if (next === undefined) {
      const came = await this.#summary.bring(this.#parts.web)
      if (came.ok) this.#backOff.worked()
      else this.#failure(came)
      return
    }
    const [id, due] = next
    // In turn, so that one that keeps failing holds up no other.
    this.#due.delete(id)
    this.#due.set(id, due)
    if (await this.#bring(id, due)) this.#backOff.worked()
  }

  async #bring(id: string, due: Due): Promise<boolean> {
    const { desk, posted } = this.#parts
    const unkept = this.#unkept.get(id)
    const before = posted.of(id) ?? unkept
    const { changes, ended } = due
    if (ended !== false) {
      const over = before === undefined || (await this.#end(before, line(ended)))
      if (over) await this.#forget(id)
      return over
    }
    if (unkept !== undefined) {
      await this.#keep(unkept)
      return true
    }
    const entry = desk.entry(id)
    const view = await desk.viewFor(id, undefined, new AbortController().signal)
    if (entry === undefined || view === undefined) {
      // It ended meanwhile, which is told apart.
      due.ended = desk.history(1_000).find((each) => each.id === id) ?? 'unknown'
      return true
    }
    // What people were shown is what their clicks are about, so a message keeps showing the view that it began with.
    const message = requestMessage(entry, view, desk.requestUrl(id), due.short || before?.whole === false)
    const text = JSON.stringify(message.blocks)
    if (before !== undefined) {
      if (before.view !== view.digest) return this.#replace(id, due)
      if (this.#shown.get(id) === text) return this.#settled(id, due, changes, text)
      const came = await this.#posting.update(before.ts, message)
      return came.ok ? this.#settled(id, due, changes, text) : this.#refusedUpdate(came, id, due)
    }
    const prefix = digestPrefix(entry.request)
    const came = await this.#posting.post(id, message, view.digest, prefix)
    if (!came.ok) {
      if (tooLong.includes(came.reason) && !due.short) due.short = true
      else this.#failure(came, id)
      return false
    }
    const { channel, ts } = came.answer
    if (channel !== this.#parts.settings.channel || !isMessageTs(ts) || posted.has(ts)) {
      this.#failure({ ok: false, reason: 'unintelligible', retryAfterMs: undefined }, id)
      return false
    }
    this.#unsure.delete(id)
    await this.#keep({ request: id, ts, view: view.digest, whole: message.whole, prefix })
    return this.#settled(id, due, changes, text)
  }

  /** Rejects when it is not on disk. */
  async #keep(message: PostedMessage): Promise<void> {
    this.#unkept.set(message.request, message)
    await this.#parts.posted.add(message)
    this.#unkept.delete(message.request)
  }

  /** The view of a request is another one than its message shows: the message is taken out of use, and a new one posted. */
  async #replace(id: string, due: Due): Promise<boolean> {
    const before = this.#parts.posted.of(id)
    if (before === undefined) return true
    if (!(await this.#end(before))) return false
    await this.#parts.posted.remove(id)
    this.#shown.delete(id)
    this.#due.set(id, due)
    return true
  }

  #settled(id: string, due: Due, changes: number, text: string): boolean {
    this.#shown.set(id, text)
    if (due.ended === false && due.changes === changes) this.#due.delete(id)
    return true
  }

  async #end({ prefix, request: id, ts }: PostedMessage, ended?: HistoryLine): Promise<boolean> {
    const came = await this.#posting.update(ts, endedMessage(prefix, ended))
    if (came.ok || gone.includes(came.reason)) return true
    if (tooLong.includes(came.reason) && (await this.#posting.update(ts, endedMessage(prefix, undefined))).ok)
      return true
    this.#failure(came, id)
    return false
  }

  async #refusedUpdate(came: SlackAnswer & { readonly ok: false }, id: string, due: Due): Promise<boolean> {
    if (gone.includes(came.reason)) {
      await this.#parts.posted.remove(id)
      this.#due.delete(id)
      return true
    }
    if (tooLong.includes(came.reason) && !due.short) due.short = true
    else this.#failure(came, id)
    return false
  }

  async #forget(id: string): Promise<void> {
    this.#due.delete(id)
    this.#shown.delete(id)
    this.#unkept.delete(id)
    await this.#parts.posted.remove(id)
  }

  #failure(came: SlackAnswer & { readonly ok: false }, id?: string): void {
    if (this.#closed) return
    if (this.#backOff.failed(came.retryAfterMs)) this.#parts.failed(came.reason, id)
  }
}

/** A message that Slack does not have any more, or does not let change. */
const gone: readonly string[] = ['message_not_found', 'cant_update_message', 'edit_window_closed']
const tooLong: readonly string[] = ['msg_blocks_too_long', 'msg_too_long', 'invalid_blocks']

function line(ended: HistoryLine | 'unknown'): HistoryLine | undefined {
  return ended === 'unknown' ? undefined : ended
}

import type { Message } from './request-blocks.js'
import { actionIds } from './ids.js'
import { bullets, code, plain, section, words } from './rich-text.js'
import { shortened } from './answer-words.js'
import type { SlackAnswer, SlackWeb } from './web.js'

const minuteMs = 60_000
const mostEngines = 10

/** The one message of a minute for all requests that get none of their own. */
export class Summary {
  readonly #channel: string
  readonly #monotonicMs: () => number
  #endsAtMs = Number.NEGATIVE_INFINITY
  #ts: string | undefined
  #url = ''
  #counts = new Map<string, number>()
  #total = 0
  #brought = 0

  constructor(channel: string, monotonicMs: () => number) {
    this.#channel = channel
    this.#monotonicMs = monotonicMs
  }

  /** Whether it has something to say that Slack does not have yet. */
  get due(): boolean {
    return this.#total > this.#brought
  }

  count(engine: string, url: string): void {
    if (this.#monotonicMs() >= this.#endsAtMs && !this.due) {
      this.#endsAtMs = this.#monotonicMs() + minuteMs
      this.#counts = new Map()
      this.#total = 0
      this.#brought = 0
      this.#ts = undefined
    }
    this.#url = url
    this.#total++
    this.#counts.set(engine, (this.#counts.get(engine) ?? 0) + 1)
  }

  /** Posts it, or brings what was posted up to date. */
  async bring(web: SlackWeb): Promise<SlackAnswer> {
    const total = this.#total
    const content = { channel: this.#channel, ...this.#message(), unfurl_links: false, unfurl_media: false }
    const came =
      this.#ts === undefined
        ? await web.call('chat.postMessage', content)
        : await web.call('chat.update', { ...content, ts: this.#ts })
    if (!came.ok) return came
    if (this.#ts === undefined && typeof came.answer['ts'] === 'string') this.#ts = came.answer['ts']
    this.#brought = total
    return came
  }

  #message(): Message {
    const engines = [...this.#counts].slice(0, mostEngines)
    const rest = this.#counts.size - engines.length
    const text = `${String(this.#total)} more requests wait at the page`
    return {
      text,
      blocks: [
        { type: 'header', text: plain(text) },
        section(words('They came too fast to be shown here one by one. They are not shown later either.')),
        bullets([
          ...engines.map(([engine, count]) => [words(`${String(count)} of the engine `), code(shortened(engine, 80))]),
          ...(rest === 0 ? [] : [[words(`AND MORE OF ${String(rest)} OTHER ENGINES`)]]),
        ]),
        {
          type: 'actions',
          elements: [{ type: 'button', action_id: actionIds.open, text: plain('Open the page'), url: this.#url }],
        },
      ],
    }
  }
}

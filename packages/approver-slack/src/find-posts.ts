import { isRecord } from './web.js'
import type { SlackAnswer, SlackWeb } from './web.js'

/** What the metadata of our messages are called. */
export const postEvent = 'bothkeys_request'

/** Messages of one answer: a page of the largest that we post is within what one answer may hold. */
const perPage = 15
/** Pages that are read at most, which is far more than we post while nobody notes it. */
const mostPages = 40
/** How far Slack's clock may be behind ours. */
const toleranceMs = 5 * 60_000

/** What makes of a post one of ours. */
export interface PostSearch {
  readonly channel: string
  /** Our own bot: metadata can be written by any app. */
  readonly bot: string
  /** When the first of them was tried, in Unix milliseconds. */
  readonly sinceMs: number
  /** The names that are looked for. */
  readonly posts: ReadonlySet<string>
}

/** Which of the posts stand in Slack, and as which messages. Or why that could not be seen. */
export type FoundPosts =
  | { readonly ok: true; readonly messages: ReadonlyMap<string, string> }
  | (SlackAnswer & { readonly ok: false })

/**
 * Looks for messages that Slack was asked to post and of which nobody knows whether it did: by the name in their metadata
 * (docs.slack.dev, "Using message metadata"), which only `conversations.history` gives back. Never rejects.
 */
export async function findPosts(web: SlackWeb, { bot, channel, posts, sinceMs }: PostSearch): Promise<FoundPosts> {
  const messages = new Map<string, string>()
  const oldest = String(Math.floor((sinceMs - toleranceMs) / 1000))
  let cursor: string | undefined
  for (let page = 0; page < mostPages && messages.size < posts.size; page++) {
    const came = await web.call('conversations.history', {
      channel,
      oldest,
      limit: perPage,
      include_all_metadata: true,
      ...(cursor === undefined ? {} : { cursor }),
    })
    if (!came.ok) return came
    const listed: unknown = came.answer['messages']
    if (!Array.isArray(listed)) return { ok: false, reason: 'unintelligible', retryAfterMs: undefined }
    for (const message of listed as readonly unknown[]) {
      const post = postOf(message, bot)
      if (post !== undefined && posts.has(post.name)) messages.set(post.name, post.ts)
    }
    const next = isRecord(came.answer['response_metadata'])
      ? came.answer['response_metadata']['next_cursor']
      : undefined
    if (typeof next !== 'string' || next === '') break
    cursor = next
  }
  return { ok: true, messages }
}

function postOf(message: unknown, bot: string): { readonly name: string; readonly ts: string } | undefined {
  if (!isRecord(message) || message['bot_id'] !== bot || !isRecord(message['metadata'])) return undefined
  const { ts } = message
  const { event_payload, event_type } = message['metadata']
  if (event_type !== postEvent || !isRecord(event_payload) || !isMessageTs(ts)) return undefined
  const name = event_payload['post']
  return typeof name === 'string' ? { name, ts } : undefined
}

/** Slack's name for a message in its channel. */
export function isMessageTs(ts: unknown): ts is string {
  return typeof ts === 'string' && /^\d{1,12}\.\d{1,9}$/.test(ts)
}

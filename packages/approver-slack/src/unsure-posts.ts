import { findPosts } from './find-posts.js'
import type { PostedMessages } from './posted-messages.js'
import type { SlackAnswer, SlackWeb } from './web.js'
import type { Workspace } from './workspace.js'

/** What posts are looked for with. */
export interface UnsureParts {
  readonly channel: string
  readonly posted: PostedMessages
  readonly web: SlackWeb
  readonly workspace: Workspace
  readonly failed: (reason: string) => void
}

/** Slack will not let us look, today or tomorrow. */
const cannotLook: readonly string[] = ['missing_scope', 'no_permission', 'access_denied', 'not_allowed_token_type']

/**
 * Posts of which nobody knows whether Slack has them: the relay died, or the answer was lost. They are looked for before anything
 * is posted, so that none is posted twice. Where Slack does not let us look, they are posted again, and the first takes no clicks:
 * twice is better than never.
 */
export class UnsurePosts {
  readonly #parts: UnsureParts
  readonly #requests = new Set<string>()

  constructor(parts: UnsureParts) {
    this.#parts = parts
  }

  get any(): boolean {
    return this.#requests.size > 0
  }

  add(request: string): void {
    this.#requests.add(request)
  }

  /** It is known by now. */
  delete(request: string): void {
    this.#requests.delete(request)
  }

  /** Finds out which were posted, and keeps them. Answers what stood in the way. Rejects when the disk takes nothing. */
  async settle(): Promise<(SlackAnswer & { readonly ok: false }) | undefined> {
    const { channel, failed, posted, web, workspace } = this.#parts
    const intents = posted.intents().filter(({ request }) => this.#requests.has(request))
    if (intents.length > 0) {
      const found = await findPosts(web, {
        channel,
        bot: workspace.bot,
        sinceMs: Math.min(...intents.map(({ sinceMs }) => sinceMs)),
        posts: new Set(intents.map(({ post }) => post)),
      })
      if (!found.ok && !cannotLook.includes(found.reason)) return found
      if (!found.ok) failed(found.reason)
      for (const { post, prefix, request, view, whole } of found.ok ? intents : []) {
        const ts = found.ok ? found.messages.get(post) : undefined
        if (ts !== undefined && !posted.has(ts)) await posted.add({ request, ts, view, whole, prefix })
        this.#requests.delete(request)
      }
    }
    this.#requests.clear()
    return undefined
  }
}

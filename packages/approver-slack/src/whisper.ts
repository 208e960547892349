import type { Block } from './rich-text.js'
import { section, words } from './rich-text.js'
import type { SlackWeb } from './web.js'

/** What is said to one user in the channel, and seen by nobody else. */
export interface Whisper {
  text(user: string, text: string): Promise<void>
  blocks(user: string, text: string, blocks: readonly Block[]): Promise<void>
}

/** Whispers through the Web API; never through an address that came in with a click. One that fails is not said again. */
export function whisper(web: SlackWeb, channel: string, failed: (reason: string) => void): Whisper {
  async function blocks(user: string, text: string, content: readonly Block[]): Promise<void> {
    const came = await web.call('chat.postEphemeral', { channel, user, text, blocks: content })
    if (!came.ok) failed(came.reason)
  }
  return { blocks, text: (user, text) => blocks(user, text, [section(words(text))]) }
}

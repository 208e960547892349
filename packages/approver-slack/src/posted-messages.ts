import { constants } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { wrong } from './options.js'
import type { PostingIntent } from './posting-intents.js'
import { isRecord } from './web.js'

/** Which message asks about which request, and what it showed. */
export interface PostedMessage {
  readonly request: string
  /** Slack's name for the message in its channel. */
  readonly ts: string
  /** The digest of the view that the message shows. */
  readonly view: string
  /** False: it does not show all, and nothing can be approved by it. */
  readonly whole: boolean
  /** The first digits of the request's digest. */
  readonly prefix: string
}

const maxBytes = 4 * 1024 * 1024
/** More than can wait. The oldest go first: their messages are updated no more. */
const most = 5_000

/** What the file holds, by request. */
interface KeptByRequest {
  readonly posted: Map<string, PostedMessage>
  readonly intents: Map<string, PostingIntent>
}

/** Which messages were posted or are about to be, in a file of its own, so that they are known after a restart. */
export class PostedMessages {
  readonly #path: string
  readonly #byRequest = new Map<string, PostedMessage>()
  readonly #intents = new Map<string, PostingIntent>()
  #writing: Promise<void> = Promise.resolve()

  private constructor(path: string) {
    this.#path = path
  }

  /** Reads the file. Throws ERR_CONFIG_INVALID when it is none of ours. */
  static async open(path: string): Promise<PostedMessages> {
    const messages = new PostedMessages(path)
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const { intents, posted } = await readMessages(path)
    for (const message of posted) messages.#byRequest.set(message.request, message)
    for (const intent of intents) messages.#intents.set(intent.request, intent)
    return messages
  }

  of(request: string): PostedMessage | undefined {
    return this.#byRequest.get(request)
  }

  all(): readonly PostedMessage[] {
    return [...this.#byRequest.values()]
  }

  /** What was about to be posted, without what is known to be. */
  intents(): readonly PostingIntent[] {
    return [...this.#intents.values()]
  }

  intentOf(request: string): PostingIntent | undefined {
    return this.#intents.get(request)
  }

  /** Keeps that something is about to be posted. Rejects when it is not on disk: then it must not be. */
  async intend(intent: PostingIntent): Promise<void> {
    await this.#write(({ intents }) => {
      intents.set(intent.request, intent)
    })
  }

  /** Whether some message has this name already. */
  has(ts: string): boolean {
    return this.all().some((message) => message.ts === ts)
  }

  /** Keeps a message; it is known once it is on disk. Rejects when it is not. */
  async add(message: PostedMessage): Promise<void> {
    await this.#write(({ intents, posted }) => {
      posted.set(message.request, message)
      intents.delete(message.request)
      const [oldest] = posted.keys()
      if (posted.size > most && oldest !== undefined) posted.delete(oldest)
    })
  }

  /** Forgets a message that is updated no more. What the disk still says of it does no harm. */
  async remove(request: string): Promise<void> {
    const wasIntended = this.#intents.delete(request)
    if (this.#byRequest.delete(request) || wasIntended) await this.#write()
  }

  /** A change is made on disk first, so that nobody hears of what a restart would forget. */
  #write(change: (kept: KeptByRequest) => void = () => undefined): Promise<void> {
    const next = this.#writing.then(async () => {
      const posted = new Map(this.#byRequest)
      const intents = new Map(this.#intents)
      change({ posted, intents })
      await writeWhole(
        this.#path,
        JSON.stringify({ v: 1, messages: [...posted.values()], posting: [...intents.values()] }),
      )
      change({ posted: this.#byRequest, intents: this.#intents })
    })
    this.#writing = next.catch(() => undefined)
    return next
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const draft = `${path}.new`
  const file = await open(
    draft,
    constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
    0o600,
  )
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  const folder = await open(dirname(path), constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** What the file holds. */
interface Kept {
  readonly posted: readonly PostedMessage[]
  readonly intents: readonly PostingIntent[]
}

async function readMessages(path: string): Promise<Kept> {
  let text: string
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    try {
      if ((await file.stat()).size > maxBytes) throw unreadable(path)
      text = await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ENOENT') throw error
    return { posted: [], intents: [] }
  }
  const read = parsed(text)
  if (read === undefined) throw unreadable(path)
  return read
}

function parsed(text: string): Kept | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value) || value['v'] !== 1) return undefined
  const { messages, posting = [] } = value
  if (!Array.isArray(messages) || !Array.isArray(posting)) return undefined
  const [posted, intents]: readonly (readonly unknown[])[] = [messages, posting]
  if (posted?.every(isPosted) !== true || intents?.every(isIntent) !== true) return undefined
  return { posted, intents }
}

function isPosted(value: unknown): value is PostedMessage {
  if (!isRecord(value)) return false
  const { prefix, request, ts, view, whole } = value
  return [prefix, request, ts, view].every((each) => typeof each === 'string') && typeof whole === 'boolean'
}

function isIntent(value: unknown): value is PostingIntent {
  if (!isRecord(value)) return false
  const { post, prefix, request, sinceMs, view, whole } = value
  const areTexts = [post, prefix, request, view].every((each) => typeof each === 'string')
  return areTexts && Number.isSafeInteger(sinceMs) && typeof whole === 'boolean'
}

function unreadable(path: string): Error {
  return wrong(`the file ${path} does not hold posted messages`, 'move it away: messages of before are updated no more')
}

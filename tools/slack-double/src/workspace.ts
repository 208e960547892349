import { randomBytes } from 'node:crypto'

/** What crosses the wire, read. */
export type Json = Readonly<Record<string, unknown>>

/** A message as Slack has it. */
export interface DoubleMessage {
  readonly ts: string
  readonly channel: string
  text: string
  blocks: readonly Json[]
  edits: number
  /** What only `conversations.history` gives back. */
  readonly metadata?: unknown
  /** Whose bot posted it. */
  readonly bot?: string
  /** The one user who sees it, for an ephemeral message. */
  readonly onlyFor: string | undefined
}

/** What Slack says of a user, besides id and team. */
export type DoubleUser = Readonly<Record<string, unknown>>

/** What Slack and the app know of each other. */
export interface DoubleOptions {
  readonly token: string
  readonly signingSecret: string
  readonly app: string
  readonly team: string
  readonly enterprise?: string
  /** The app is the organisation's, in all of its workspaces. */
  readonly orgWide?: boolean
  readonly channel: string
}

/** What is in the workspace: its members, one channel with its messages, and what members have open. */
export class DoubleWorkspace {
  readonly options: DoubleOptions
  readonly messages: DoubleMessage[] = []
  readonly views = new Map<string, { readonly user: string; readonly view: Json }>()
  readonly users = new Map<string, DoubleUser>()
  /** What was wrong with the calls that it refused as invalid. */
  readonly problems: string[] = []
  channelFacts: Json = { is_channel: true, is_archived: false, is_ext_shared: false, is_shared: false }
  authFacts: Json = {}
  /** The characters that a message may cost in all. */
  mostCharacters = 13_200
  readonly #triggers = new Map<string, string>()
  readonly #clock: () => number
  #count = 0

  constructor(options: DoubleOptions, clock: () => number) {
    this.options = options
    this.#clock = clock
  }

  /** A full member, or what `facts` make of them. */
  addUser(id: string, facts: DoubleUser = {}): string {
    const full = { deleted: false, is_bot: false, is_restricted: false, is_ultra_restricted: false, is_stranger: false }
    this.users.set(id, { id, team_id: this.options.team, name: id.toLowerCase(), ...full, ...facts })
    return id
  }

  /** Messages that everybody sees. */
  get shown(): readonly DoubleMessage[] {
    return this.messages.filter(({ onlyFor }) => onlyFor === undefined)
  }

  whispers(user: string): readonly DoubleMessage[] {
    return this.messages.filter(({ onlyFor }) => onlyFor === user)
  }

  /** The time there, in seconds. */
  nowS(): number {
    return Math.floor(this.#clock() / 1000)
  }

  /** A time that no message or click had before. */
  ts(): string {
    return `${String(this.nowS())}.${String(++this.#count).padStart(6, '0')}`
  }

  /** What a window can be opened with, once. */
  trigger(user: string): string {
    const id = `${String(++this.#count)}.${randomBytes(8).toString('hex')}`
    this.#triggers.set(id, user)
    return id
  }

  takeTrigger(id: string): string | undefined {
    const user = this.#triggers.get(id)
    this.#triggers.delete(id)
    return user
  }
}

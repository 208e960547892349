import { hash } from 'node:crypto'
import { join } from 'node:path'
import { strictJsonObject } from '@bothkeys/core/relay'
import type { AccountLinks, ChannelAccount } from '../linked-account.js'
import type { DeskSubject } from '../desk.js'
import { DurableFolder } from './durable-folder.js'
import type { StoreFiles } from './files.js'

const mostBytes = 8 * 1024

/** Who somebody in a channel is, each link in a file of its own. */
export class KeptLinks implements AccountLinks {
  readonly #folder: DurableFolder
  readonly #links = new Map<string, DeskSubject>()

  constructor(path: string, files: StoreFiles, onFailure: (cause: unknown) => void) {
    this.#folder = new DurableFolder(join(path, 'links'), files, onFailure)
  }

  /** Answers the names of files that are no links; they link nobody. */
  async open(aside: string): Promise<readonly string[]> {
    const setAside: string[] = []
    for (const name of await this.#folder.open()) {
      const link = linkOf(await this.#folder.read(name, mostBytes))
      if (link !== undefined && nameOf(link.account) === name) this.#links.set(name, link.subject)
      else setAside.push(name)
    }
    for (const name of setAside) await this.#folder.moveTo(name, aside)
    return setAside
  }

  get(account: ChannelAccount): DeskSubject | undefined {
    return this.#links.get(nameOf(account))
  }

  async put({ channel, team, user }: ChannelAccount, { id, issuer }: DeskSubject): Promise<void> {
    const name = nameOf({ channel, team, user })
    const subject = Object.freeze({ issuer, id })
    // A put that fails may have taken the file of an older link with it.
    this.#links.delete(name)
    await this.#folder.put(name, JSON.stringify({ v: 1, account: { channel, team, user }, subject }))
    this.#links.set(name, subject)
  }

  async remove(account: ChannelAccount): Promise<void> {
    this.#links.delete(nameOf(account))
    await this.#folder.remove([nameOf(account)])
  }
}

function nameOf({ channel, team, user }: ChannelAccount): string {
  return `${hash('sha256', JSON.stringify([channel, team, user]), 'hex')}.link`
}

function linkOf(
  bytes: Uint8Array | undefined,
): { readonly account: ChannelAccount; readonly subject: DeskSubject } | undefined {
  try {
    const value = strictJsonObject(bytes ?? new Uint8Array(), 'a link')
    const { channel, team, user } = textsOf(value['account'])
    const { id, issuer } = textsOf(value['subject'])
    const texts = [channel, team, user, id, issuer]
    if (value['v'] !== 1 || texts.some((text) => typeof text !== 'string')) return undefined
    // Each was looked at.
    return { account: { channel, team, user } as ChannelAccount, subject: { issuer, id } as DeskSubject }
  } catch {
    return undefined
  }
}

function textsOf(value: unknown): Readonly<Record<string, unknown>> {
  // Members of anything but an object are none.
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

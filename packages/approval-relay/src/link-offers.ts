import { randomBytes } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { AccountLinks, ChannelAccount, DeskPerson, LinkOffers } from './ports.js'
import type { RelayRecord } from './relay-record.js'

const lifetimeMs = 10 * 60_000
const mostOpen = 1_000

interface Offer {
  readonly account: ChannelAccount
  readonly shownAs: string
  readonly endsAtMs: number
}

/** Links that somebody in a channel may take: each under a token that nobody guesses, good once and for ten minutes. */
export class OpenOffers implements LinkOffers {
  readonly #links: AccountLinks
  readonly #record: RelayRecord
  readonly #monotonicMs: () => number
  /** In the order in which they end. */
  readonly #offers = new Map<string, Offer>()

  constructor(links: AccountLinks, record: RelayRecord, monotonicMs: () => number) {
    this.#links = links
    this.#record = record
    this.#monotonicMs = monotonicMs
  }

  /** A new one takes the place of the account's last. Throws ERR_LIMIT_EXCEEDED when too many are open. */
  offer(account: ChannelAccount, shownAs: string): string {
    const nowMs = this.#monotonicMs()
    for (const [token, offer] of this.#offers) {
      if (offer.endsAtMs <= nowMs || isSame(offer.account, account)) this.#offers.delete(token)
    }
    if (this.#offers.size >= mostOpen) {
      throw new BothKeysError('ERR_LIMIT_EXCEEDED', 'too many links wait for somebody to log in', {
        hint: 'try again in ten minutes',
      })
    }
    const token = randomBytes(32).toString('base64url')
    this.#offers.set(token, { account, shownAs, endsAtMs: nowMs + lifetimeMs })
    return token
  }

  offered(token: string): Offer | undefined {
    const offer = this.#offers.get(token)
    return offer === undefined || offer.endsAtMs <= this.#monotonicMs() ? undefined : offer
  }

  async confirm(token: string, { subject }: DeskPerson): Promise<boolean> {
    const offer = this.offered(token)
    this.#offers.delete(token)
    if (offer === undefined) return false
    const { channel, team, user } = offer.account
    const { id, issuer } = subject
    // Recorded first: a link that counts is always in the record.
    await this.#record.happened('relay.linked', { account: { channel, team, user }, to: { issuer, id } })
    await this.#links.put(offer.account, subject)
    return true
  }
}

function isSame(one: ChannelAccount, other: ChannelAccount): boolean {
  return one.channel === other.channel && one.team === other.team && one.user === other.user
}

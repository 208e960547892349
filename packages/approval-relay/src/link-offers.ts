import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { AccountLinks, ChannelAccount, DeskPerson, DeskSubject, LinkEnd, LinkOffers } from './ports.js'
import type { RelayRecord } from './relay-record.js'

const lifetimeMs = 10 * 60_000
const mostOpen = 1_000
const mostTries = 5
/** Letters and digits that nobody takes for others. */
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const codeLength = 8

interface Offer {
  readonly account: ChannelAccount
  readonly shownAs: string
  readonly endsAtMs: number
}

/** What somebody said at the page, until the holder of the account proves that they say it too. */
interface Confirmed {
  readonly code: string
  readonly subject: DeskSubject
  readonly endsAtMs: number
  triesLeft: number
}

/**
 * Links that somebody in a channel may take: each under a token that nobody guesses, good once and for ten minutes. Whoever confirms
 * one at the page is shown a code, which the holder of the account enters in the channel: only then are both the same person.
 */
export class OpenOffers implements LinkOffers {
  readonly #links: AccountLinks
  readonly #record: RelayRecord
  readonly #monotonicMs: () => number
  /** In the order in which they end. */
  readonly #offers = new Map<string, Offer>()
  readonly #confirmed = new Map<string, Confirmed>()

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

  confirm(token: string, { subject }: DeskPerson): string | undefined {
    const nowMs = this.#monotonicMs()
    for (const [key, { endsAtMs }] of this.#confirmed) if (endsAtMs <= nowMs) this.#confirmed.delete(key)
    const offer = this.offered(token)
    this.#offers.delete(token)
    if (offer === undefined || this.#confirmed.size >= mostOpen) return undefined
    const code = Array.from({ length: codeLength }, () => letters.charAt(randomInt(letters.length))).join('')
    const { id, issuer } = subject
    const confirmed = { code, subject: { id, issuer }, endsAtMs: nowMs + lifetimeMs, triesLeft: mostTries }
    this.#confirmed.set(keyOf(offer.account), confirmed)
    return code
  }

  /** Links the account to whoever confirmed it, when the code is the one that they were shown. */
  async finish(account: ChannelAccount, code: string): Promise<LinkEnd> {
    const key = keyOf(account)
    const confirmed = this.#confirmed.get(key)
    if (confirmed === undefined || confirmed.endsAtMs <= this.#monotonicMs()) return 'not-offered'
    if (!isCode(code, confirmed.code)) {
      if (--confirmed.triesLeft === 0) this.#confirmed.delete(key)
      return 'wrong-code'
    }
    this.#confirmed.delete(key)
    const { channel, team, user } = account
    // Recorded first: a link that counts is always in the record.
    await this.#record.happened('relay.linked', { account: { channel, team, user }, to: { ...confirmed.subject } })
    await this.#links.put({ channel, team, user }, confirmed.subject)
    return 'linked'
  }
}

/** In any case, and with blanks and strokes between its letters. */
function isCode(entered: string, code: string): boolean {
  const given = hash('sha256', entered.replaceAll(/[\s-]/g, '').toUpperCase(), 'buffer')
  return timingSafeEqual(given, hash('sha256', code, 'buffer'))
}

function keyOf({ channel, team, user }: ChannelAccount): string {
  return JSON.stringify([channel, team, user])
}

function isSame(one: ChannelAccount, other: ChannelAccount): boolean {
  return one.channel === other.channel && one.team === other.team && one.user === other.user
}

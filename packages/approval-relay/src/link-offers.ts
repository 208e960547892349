import { hash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { AccountLinks, BegunLink, ChannelAccount, LinkEnd, LinkEntry, LinkOffers } from './linked-account.js'
import type { DeskPerson, DeskSubject } from './desk.js'
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

/** What somebody said at the page, until the account's holder entered the code and they said it once more. */
interface Confirmed extends Offer {
  readonly code: string
  readonly subject: DeskSubject
  /** The login session in which it began, hashed. */
  readonly login: Buffer
  triesLeft: number
  isEntered: boolean
}

/**
 * Links that somebody in a channel may take: each under a token that nobody guesses, good once and for ten minutes. Whoever confirms
 * one at the page is shown a code, which the holder of the account enters in the channel. A code can be talked out of somebody, so that
 * the page has the last word: the same login confirms once more, of an account whose holder is known by then.
 */
export class OpenOffers implements LinkOffers {
  readonly #links: AccountLinks
  readonly #record: RelayRecord
  readonly #monotonicMs: () => number
  /** In the order in which they end. */
  readonly #offers = new Map<string, Offer>()
  /** By the same tokens. One of an account. */
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

  confirm(token: string, { subject }: DeskPerson, login: string): string | undefined {
    const nowMs = this.#monotonicMs()
    const offer = this.offered(token)
    this.#offers.delete(token)
    for (const [key, { account, endsAtMs }] of this.#confirmed) {
      if (endsAtMs <= nowMs || (offer !== undefined && isSame(account, offer.account))) this.#confirmed.delete(key)
    }
    if (offer === undefined || this.#confirmed.size >= mostOpen) return undefined
    const code = Array.from({ length: codeLength }, () => letters.charAt(randomInt(letters.length))).join('')
    const { id, issuer } = subject
    const { account, shownAs } = offer
    const until = { endsAtMs: nowMs + lifetimeMs, triesLeft: mostTries, isEntered: false }
    this.#confirmed.set(token, { account, shownAs, code, subject: { id, issuer }, login: hashOf(login), ...until })
    return code
  }

  /** Notes that the holder of the account entered the code that the page showed. Links nothing. */
  enter(account: ChannelAccount, code: string): LinkEntry {
    const [token, confirmed] = [...this.#confirmed].find(([, other]) => isSame(other.account, account)) ?? []
    if (token === undefined || confirmed === undefined || !this.#isOpen(confirmed)) return 'not-offered'
    if (isCode(code, confirmed.code)) {
      confirmed.isEntered = true
      return 'entered'
    }
    if (--confirmed.triesLeft === 0) this.#confirmed.delete(token)
    return 'wrong-code'
  }

  begun(token: string, login: string): BegunLink | undefined {
    const confirmed = this.#confirmed.get(token)
    if (confirmed === undefined || !this.#isOpen(confirmed)) return undefined
    return timingSafeEqual(confirmed.login, hashOf(login)) ? confirmed : undefined
  }

  async finish(token: string, login: string): Promise<LinkEnd> {
    const begun = this.begun(token, login)
    const confirmed = this.#confirmed.get(token)
    if (begun === undefined || confirmed === undefined) return 'not-offered'
    if (!begun.isEntered) return 'not-entered'
    this.#confirmed.delete(token)
    const { channel, team, user } = confirmed.account
    // Recorded first: a link that counts is always in the record.
    await this.#record.happened('relay.linked', { account: { channel, team, user }, to: { ...confirmed.subject } })
    await this.#links.put({ channel, team, user }, confirmed.subject)
    return 'linked'
  }

  #isOpen({ endsAtMs }: Confirmed): boolean {
    return endsAtMs > this.#monotonicMs()
  }
}

/** In any case, and with blanks and strokes between its letters. */
function isCode(entered: string, code: string): boolean {
  return timingSafeEqual(hashOf(entered.replaceAll(/[\s-]/g, '').toUpperCase()), hashOf(code))
}

function hashOf(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function isSame(one: ChannelAccount, other: ChannelAccount): boolean {
  return one.channel === other.channel && one.team === other.team && one.user === other.user
}

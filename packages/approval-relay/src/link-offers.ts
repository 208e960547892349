import { randomBytes, randomInt } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { AccountLinks, ChannelAccount, DeskPerson, DeskSubject, LinkEnd, LinkOffers } from './ports.js'
import type { RelayRecord } from './relay-record.js'

const lifetimeMs = 10 * 60_000
const mostOpen = 1_000
const mostWrong = 5
const codeDigits = 8

interface Offer {
  readonly account: ChannelAccount
  readonly shownAs: string
  readonly endsAtMs: number
  /** Who confirmed it at the page, and what they were shown there. */
  readonly confirmed?: { readonly code: string; readonly subject: DeskSubject }
  readonly wrong: number
}

/**
 * Links that somebody in a channel may take: each under a token that nobody guesses, good once and for ten minutes. Whoever
 * confirms one at the page is shown a code, which the holder of the account has to know: an address that was passed on links nobody.
 */
export class OpenOffers implements LinkOffers {
  readonly #links: AccountLinks
  readonly #record: RelayRecord
  readonly #monotonicMs: () => number
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
    this.#offers.set(token, { account, shownAs, endsAtMs: nowMs + lifetimeMs, wrong: 0 })
    return token
  }

  offered(token: string): Pick<Offer, 'account' | 'shownAs'> | undefined {
    const offer = this.#offers.get(token)
    return offer?.confirmed === undefined && this.#isOpen(offer) ? offer : undefined
  }

  confirm(token: string, { subject: { id, issuer } }: DeskPerson): string | undefined {
    const offer = this.#offers.get(token)
    if (this.offered(token) === undefined || offer === undefined) return undefined
    const code = String(randomInt(10 ** codeDigits)).padStart(codeDigits, '0')
    const endsAtMs = this.#monotonicMs() + lifetimeMs
    this.#offers.set(token, { ...offer, endsAtMs, confirmed: { code, subject: { issuer, id } } })
    return code
  }

  /** Links when the code is right. Rejects when the link is not in the record or not on disk; then it is not in force. */
  async finish({ channel, team, user }: ChannelAccount, code: string): Promise<LinkEnd> {
    const account = { channel, team, user }
    const found = [...this.#offers].find(([, offer]) => isSame(offer.account, account) && this.#isOpen(offer))
    if (found?.[1].confirmed === undefined) return 'not-offered'
    const [token, { confirmed, ...offer }] = found
    if (code !== confirmed.code) {
      if (offer.wrong + 1 >= mostWrong) this.#offers.delete(token)
      else this.#offers.set(token, { ...offer, confirmed, wrong: offer.wrong + 1 })
      return 'wrong-code'
    }
    this.#offers.delete(token)
    const { id, issuer } = confirmed.subject
    // Recorded first: a link that counts is always in the record.
    await this.#record.happened('relay.linked', { account, to: { issuer, id } })
    await this.#links.put(account, confirmed.subject)
    return 'linked'
  }

  #isOpen(offer: Offer | undefined): boolean {
    return offer !== undefined && offer.endsAtMs > this.#monotonicMs()
  }
}

function isSame(one: ChannelAccount, other: ChannelAccount): boolean {
  return one.channel === other.channel && one.team === other.team && one.user === other.user
}

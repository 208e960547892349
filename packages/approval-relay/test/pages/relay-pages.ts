import { pageRoutes } from '../../src/pages/page-routes.js'
import type { PageOptions } from '../../src/pages/page-routes.js'
import type { ChannelAccount } from '../../src/linked-account.js'
import type { DeskPerson } from '../../src/desk.js'
import type { LoginMethod } from '../../src/logins/login-method.js'
import type { PageContext } from '../../src/pages/page-context.js'
import type { RelayClock } from '../../src/relay-clock.js'
import { DeskInMemory } from './desk-in-memory.js'

/** A clock that is set by hand. */
export class HandClock implements RelayClock {
  ms = 1_800_000_000_000
  wallMs = (): number => this.ms
  monotonicMs = (): number => this.ms
}

/** The pages over a desk in memory, and what they said. */
export function relayPages(
  publicUrl: string,
  logins: readonly LoginMethod[],
  more: { options?: PageOptions; desk?: DeskInMemory; clock?: RelayClock } = {},
) {
  const desk = more.desk ?? new DeskInMemory()
  const failures: unknown[] = []
  const refused: string[] = []
  const loggedIn: DeskPerson[] = []
  const confirmed: { account: ChannelAccount; person: DeskPerson }[] = []
  const offers = new Map<string, { account: ChannelAccount; shownAs: string }>()
  const begun = new Map<string, { account: ChannelAccount; shownAs: string; isEntered: boolean; login: string }>()
  const linked: ChannelAccount[] = []
  const begunIn = (token: string, login: string) => (begun.get(token)?.login === login ? begun.get(token) : undefined)
  const failing = { login: false }
  const context: PageContext = {
    desk,
    logins,
    publicUrl,
    clock: more.clock ?? { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
    offers: {
      offered: (token) => offers.get(token),
      confirm: (token, person, login) => {
        const offer = offers.get(token)
        if (offer === undefined) return undefined
        offers.delete(token)
        confirmed.push({ account: offer.account, person })
        begun.set(token, { ...offer, isEntered: false, login })
        return 'ABCD2345'
      },
      begun: begunIn,
      finish: (token, login) => {
        const link = begunIn(token, login)
        if (link === undefined) return Promise.resolve('not-offered')
        if (!link.isEntered) return Promise.resolve('not-entered')
        linked.push(link.account)
        begun.delete(token)
        return Promise.resolve('linked')
      },
    },
    record: {
      login: (person) => {
        if (failing.login) return Promise.reject(new Error('disk is full'))
        loggedIn.push(person)
        return Promise.resolve()
      },
      refused: (reason) => void refused.push(reason),
    },
    onFailure: (cause) => void failures.push(cause),
  }
  const routes = pageRoutes(context, more.options)
  return { desk, failures, failing, refused, loggedIn, confirmed, offers, begun, linked, routes }
}

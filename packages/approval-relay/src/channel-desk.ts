import type { OpenOffers } from './link-offers.js'
import type { AccountLinks } from './linked-account.js'
import type { ChannelDesk } from './channel.js'
import type { Desk } from './desk.js'
import type { RelayClock } from './relay-clock.js'
import type { RelayRecord } from './relay-record.js'

/** What the desk of a channel is made of. */
export interface ChannelParts {
  readonly desk: Desk
  readonly links: AccountLinks
  readonly offers: OpenOffers
  readonly record: RelayRecord
  readonly publicUrl: string
  readonly clock: RelayClock
}

/** The desk for one channel: it decides as that channel and links accounts of that channel, whatever the channel says. */
export function channelDesk(channel: string, parts: ChannelParts): ChannelDesk {
  const { clock, desk, links, offers, publicUrl, record } = parts
  return Object.freeze<ChannelDesk>({
    pending: () => desk.pending(),
    entry: (id) => desk.entry(id),
    history: (limit) => desk.history(limit),
    admit: (person, signal) => desk.admit(person, signal),
    viewFor: (id, person, signal) => desk.viewFor(id, person, signal),
    on: (event, listener) => desk.on(event, listener),
    decide: (id, decision, signal) =>
      desk.decide(id, { ...decision, level: 'channel', via: { kind: 'channel', name: channel } }, signal),
    links: {
      get: (account) => links.get({ ...account, channel }),
      async remove(account) {
        const { team, user } = account
        await record.happened('relay.linked', { account: { channel, team, user }, to: undefined })
        await links.remove({ ...account, channel })
      },
    },
    linkUrl: ({ team, user }, shownAs) => `${publicUrl}/link/${offers.offer({ channel, team, user }, shownAs)}`,
    enterCode: ({ team, user }, code) => offers.enter({ channel, team, user }, code),
    requestUrl: (id) => `${publicUrl}/requests/${id}`,
    refused(reason, { account, request } = {}) {
      const { team, user } = account ?? {}
      record.refused({
        what: 'channel',
        channel,
        reason,
        request,
        account: account === undefined ? undefined : { team: team ?? '', user: user ?? '' },
      })
    },
    clock,
  })
}

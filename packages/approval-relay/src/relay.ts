import { join } from 'node:path'
import type { Journal } from '@bothkeys/core'
import { ForwardTime, lockFolder, personLookup, requestTokens, systemClock } from '@bothkeys/core/relay'
import { channelDesk } from './channel-desk.js'
import { EngineApi } from './engine-api.js'
import type { ServedRoute } from './http/routing.js'
import { RelayServer } from './http/relay-server.js'
import { OpenOffers } from './link-offers.js'
import { maskedViews } from './masks.js'
import { pageRoutes } from './pages/page-routes.js'
import type { PageRecord } from './pages/page-context.js'
import { RelayDesk } from './relay-desk.js'
import { relayLimits } from './relay-limits.js'
import type { RelayOptions } from './relay-options.js'
import { checkedOptions } from './relay-options.js'
import { RelayRecord } from './relay-record.js'
import { decisionSigner } from './sign-decision.js'
import { statusRoutes } from './status-routes.js'
import { KeptLinks } from './store/account-links.js'
import { nodeFiles } from './store/files.js'
import { History } from './store/history.js'
import { RequestStore } from './store/request-store.js'

/** A relay that is running. */
export interface Relay {
  /** Begins to listen, on loopback unless told otherwise; TLS is the reverse proxy's. Answers where. Port 0: any free one. */
  listen(where: { readonly port: number; readonly host?: string }): Promise<{ readonly url: string }>
  /** Waiting questions are answered, what is being kept is kept, folder and journal are released. */
  close(): Promise<void>
}

const directoryMs = 5_000
const sweepMs = 1_000

/**
 * Builds a relay: it receives requests of engines, makes digest and view of each anew, shows them to people whom its directory
 * knows, and signs what they decide. What waits survives a restart: it is on disk before its engine hears of it, and so is every
 * decision before the person hears of it. The relay allows nothing by itself: the engine checks each approval again, against its
 * own directory and policy.
 * Rejects with ERR_CONFIG_INVALID when an option is wrong or the folder is open to others, with ERR_JOURNAL_LOCKED while another
 * process uses the folder, and with what directory, journal, signer or a channel throw at start.
 *
 * @example
 * const relay = await createRelay({ issuer: 'https://approvals.example', engines, signer: fileSigner('./key.json'), … })
 * await relay.listen({ port: 8443 })
 */
export async function createRelay(options: RelayOptions): Promise<Relay> {
  return (await composeRelay(options)).relay
}

/** The same with its desk at hand. */
export async function composeRelay(
  options: RelayOptions,
): Promise<{ readonly relay: Relay; readonly desk: RelayDesk }> {
  const { publicUrl } = checkedOptions(options)
  const { channels = [], directory, engines, folder, issuer, logins = [], masks = [] } = options
  const clock = options.clock ?? systemClock
  const onFailure = options.onFailure ?? ((): undefined => undefined)
  const files = options.files ?? nodeFiles
  const limits = relayLimits(options.limits)
  const viewOf = maskedViews(masks)
  const senderOf = requestTokens({ engines, audience: issuer, clock, toleranceS: 5 })
  const signer = await options.signer
  // What is undone when a later step fails, the last first.
  const undo: (() => unknown)[] = []
  try {
    const lock = await lockFolder(folder, 'the folder of the relay')
    undo.push(() => {
      lock.release()
    })
    await directory.open?.({ clock, signal: AbortSignal.timeout(directoryMs), onFailure })
    undo.push(() => directory.close?.())
    const journal: Journal = await options.journal.open({ recorder: issuer, clock, onFailure })
    undo.push(() => journal.close())
    const record = new RelayRecord(journal, clock, onFailure)
    undo.push(() => {
      record.close()
    })
    const store = new RequestStore(folder, files, onFailure)
    const history = new History(join(folder, 'history.jsonl'), files, limits.history, onFailure)
    const links = new KeptLinks(folder, files, onFailure)
    await history.open()
    undo.push(() => history.close())
    const kept = await store.open()
    const setAside = [...kept.setAside, ...(await links.open(join(folder, 'set-aside')))]
    for (const file of setAside) await record.happened('relay.set-aside', { file })
    const time = new ForwardTime(clock)
    const nowMs = (): number => time.nowMs()
    const monotonicMs = (): number => clock.monotonicMs()
    const desk = new RelayDesk(
      {
        store,
        history,
        record,
        limits,
        nowMs,
        monotonicMs,
        viewOf,
        onFailure,
        who: personLookup(directory, directoryMs),
        sign: decisionSigner(issuer, signer),
      },
      kept.requests,
    )
    const sweep = setInterval(() => {
      desk.sweep()
    }, sweepMs)
    undo.push(() => {
      clearInterval(sweep)
    })
    const offers = new OpenOffers(links, record, monotonicMs)
    const where = publicUrl.origin
    const context = { desk, logins, publicUrl: where, clock, offers, record: pageRecord(record), onFailure }
    const routes: ServedRoute[] = [
      ...new EngineApi({
        desk,
        record,
        limits,
        engines: engines.length,
        monotonicMs,
        nowMs,
        senderOf,
        onFailure,
      }).routes(),
      ...statusRoutes({ signer, isReady: () => store.isWell }),
      ...(logins.length === 0 ? [] : pageRoutes(context, options.pages)),
      ...channels.flatMap((channel) => (channel.routes ?? []).map((route) => ({ ...route, kind: 'open' as const }))),
    ]
    const server = new RelayServer({ routes, publicUrl, connections: limits.connections, onFailure })
    for (const channel of channels) {
      const start = channelDesk(channel.name, { desk, links, offers, record, publicUrl: where, clock })
      undo.push(() => channel.close())
      await channel.start(start, AbortSignal.timeout(directoryMs * 2))
    }
    undo.push(() => server.close())
    let closing: Promise<void> | undefined
    const relay = Object.freeze<Relay>({
      listen: async (at) => ({ url: (await server.listen(at)).origin }),
      close: () => (closing ??= undoAll(undo)),
    })
    return { relay, desk }
  } catch (error) {
    await undoAll(undo).catch(onFailure)
    throw error
  }
}

/** Every step is done, whatever another throws; then the first error is thrown. */
async function undoAll(steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps.toReversed()) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}

function pageRecord(record: RelayRecord): PageRecord {
  return {
    async login({ subject: { id, issuer } }, method, level) {
      await record.happened('relay.login', { who: { issuer, id }, method, level })
    },
    refused(reason, { method, person } = {}) {
      const who = person === undefined ? undefined : { issuer: person.subject.issuer, id: person.subject.id }
      record.refused({ what: 'page', reason, method, who })
    },
  }
}

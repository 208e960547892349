import type { Clock } from '@bothkeys/core'
import { webhookApprover } from '@bothkeys/core'
import { systemClock } from '@bothkeys/core/relay'
import type { DoubleMessage, SlackDouble } from '@bothkeys/slack-double'
import { linkAccount, textsOf, waitUntil } from '@bothkeys/slack-double'
import type { Stage } from '../stage.js'
import { openStage } from '../stage.js'
import { crowd, directory, type Name, twoPeople } from './crowd.js'
import { engine, openRelay, type RelayStage } from './relay-stage.js'

/** A stage whose people are asked in Slack, by a relay. */
export interface SlackStage extends Stage {
  readonly slack: SlackDouble
  readonly relay: RelayStage
  /** Milliseconds by which all clocks are ahead. */
  aheadMs: number
  /** The message about a statement, once it is there. */
  message(text: string): Promise<DoubleMessage>
  /** Links the accounts of these people, each of whom does what it takes. */
  link(message: DoubleMessage, ...names: readonly Name[]): Promise<void>
  /** Approves by a message, and answers what whoever clicked is told, alone. Fails when the relay did not take what Slack sent. */
  click(name: Name, message: DoubleMessage): Promise<string>
  /** The same for a no, with its reason. */
  deny(name: Name, message: DoubleMessage, reason: string): Promise<string>
  /** What a message says. */
  says(message: DoubleMessage): string
  /** Why the relay refused clicks, in order. */
  refusals(): readonly string[]
  /** What the engine has on record of this type. */
  recorded(type: string): readonly Readonly<Record<string, unknown>>[]
}

export async function openSlackStage(): Promise<SlackStage> {
  const ahead = { ms: 0 }
  const clock: Clock = {
    wallMs: () => systemClock.wallMs() + ahead.ms,
    monotonicMs: () => systemClock.monotonicMs() + ahead.ms,
  }
  const relay = await openRelay(clock)
  const { jwks, key, slack, url } = relay
  const approver = webhookApprover({
    name: 'relay',
    url,
    issuer: url,
    jwks,
    engine,
    key,
    algorithm: 'ES256',
    clock,
  })
  const told = async (user: string, act: () => Promise<Response>): Promise<string> => {
    const before = slack.whispers(user).length
    await taken(act())
    return (await waitUntil('what whoever clicked is told', () => slack.whispers(user)[before])).text
  }
  const policy = { load: () => Promise.resolve({ name: 'test', content: twoPeople }) }
  const stage = await openStage({ approvers: [approver], clock, directory, engine, policy })
  return {
    ...stage,
    slack,
    relay,
    get aheadMs() {
      return ahead.ms
    },
    set aheadMs(ms) {
      ahead.ms = ms
    },
    message: (text) => waitUntil('a message', () => slack.shown.find(({ blocks }) => textsOf(blocks).includes(text))),
    link: async (message, ...names) => {
      for (const name of names) {
        const pages = await linkAccount({ slack, user: crowd[name].user, message, relay: { url, who: name } })
        if (!pages.end.includes('The account is linked')) throw new Error(`the account of ${name} is not linked`)
      }
    },
    click: (name, message) => {
      const { user } = crowd[name]
      return told(user, () => slack.click(user, message, 'bothkeys_approve'))
    },
    deny: async (name, message, reason) => {
      const { user } = crowd[name]
      const open = slack.views.size
      await taken(slack.click(user, message, 'bothkeys_deny'))
      const view = await waitUntil('a window for the reason', () => [...slack.views.keys()][open])
      return told(user, () => slack.submit(user, view, reason))
    },
    says: ({ blocks }) => textsOf(blocks),
    refusals: () =>
      relay.journal.events.filter(({ type }) => type === 'relay.refused').map((event) => String(event['reason'])),
    recorded: (type) => stage.journal.events.filter((event) => event.type === type),
    close: async () => {
      await stage.close()
      await relay.close()
    },
  }
}

async function taken(sent: Promise<Response>): Promise<void> {
  const { status } = await sent
  if (status !== 200) throw new Error(`the relay answered ${String(status)}`)
}

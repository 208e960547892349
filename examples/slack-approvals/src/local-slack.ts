import { fileURLToPath } from 'node:url'
import { freePort } from '@bothkeys/local-postgres/processes'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { linkAccount, screenOf, SlackDouble, waitUntil } from '@bothkeys/slack-double'
import { type LocalPerson, localPeople } from './local-people.js'
import type { DeskVariables } from './scene.js'

const app = {
  token: 'xoxb-of-the-local-double',
  signingSecret: 'what-the-double-signs-with',
  app: 'A0LOCAL',
  team: 'T0LOCAL',
  channel: 'C0LOCAL',
}

/** A Slack workspace on this machine, and what its members do. */
export class LocalSlack {
  readonly url: string
  readonly #slack: SlackDouble

  private constructor(slack: SlackDouble, port: number) {
    this.#slack = slack
    this.url = `http://127.0.0.1:${String(port)}`
    slack.requestUrl = `${this.url}/slack/interactions`
    for (const { user } of localPeople) slack.addUser(user)
  }

  static async open(): Promise<LocalSlack> {
    return new LocalSlack(await SlackDouble.start(app), await freePort())
  }

  /** What the desk is told of it. */
  get variables(): DeskVariables {
    return {
      SLACK_BOT_TOKEN: app.token,
      SLACK_SIGNING_SECRET: app.signingSecret,
      SLACK_APP_ID: app.app,
      SLACK_TEAM_ID: app.team,
      SLACK_CHANNEL_ID: app.channel,
      SLACK_API_URL: this.#slack.apiUrl,
      RELAY_URL: this.url,
      RELAY_PORT: new URL(this.url).port,
      PEOPLE_FILE: fileURLToPath(new URL('../people.yaml', import.meta.url)),
    }
  }

  /** How many messages the channel has. */
  get messages(): number {
    return this.#slack.shown.length
  }

  /** The latest message, once it is one that asks. */
  asking(): Promise<DoubleMessage> {
    return waitUntil('a message with buttons', () => this.#slack.shown.findLast(isAsking))
  }

  /** The same, once it asks no more. */
  async ended(message: DoubleMessage): Promise<void> {
    await waitUntil('the end of a request', () => !isAsking(message))
  }

  /** Waits until a message says something. */
  async shows(message: DoubleMessage, text: string): Promise<void> {
    await waitUntil(text, () => screenOf(message).some((line) => line.includes(text)))
  }

  /** Clicks "Approve", and answers what Slack shows to whoever clicked alone. */
  approve(who: LocalPerson, message: DoubleMessage): Promise<string> {
    const user = userOf(who)
    return this.#told(user, () => this.#slack.click(user, message, 'bothkeys_approve'))
  }

  /** Clicks "Deny" and says why. */
  async deny(who: LocalPerson, message: DoubleMessage, reason: string): Promise<string> {
    const user = userOf(who)
    const open = this.#slack.views.size
    await this.#slack.click(user, message, 'bothkeys_deny')
    const view = await waitUntil('a window for the reason', () => [...this.#slack.views.keys()][open])
    return this.#told(user, () => this.#slack.submit(user, view, reason))
  }

  /** Links the account: whoever does it clicks, logs in at the page, and enters the code that it shows. */
  async link(who: LocalPerson, message: DoubleMessage): Promise<boolean> {
    const relay = { url: this.url, who }
    const { end } = await linkAccount({ slack: this.#slack, user: userOf(who), message, relay })
    return end.includes('The account is linked')
  }

  close(): Promise<void> {
    return this.#slack.close()
  }

  async #told(user: string, act: () => Promise<unknown>): Promise<string> {
    const before = this.#slack.whispers(user).length
    await act()
    return (await waitUntil('an answer', () => this.#slack.whispers(user)[before])).text
  }
}

function userOf(who: LocalPerson): string {
  const found = localPeople.find(({ name }) => name === who)
  if (found === undefined) throw new Error(`nobody is called ${who}`)
  return found.user
}

function isAsking({ blocks }: DoubleMessage): boolean {
  return blocks.some(({ type }) => type === 'actions')
}

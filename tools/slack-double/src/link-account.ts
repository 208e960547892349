import { Browser, fieldsOf } from './browser.js'
import type { SlackDouble } from './slack-double.js'
import { waitUntil } from './wait-until.js'
import type { DoubleMessage } from './workspace.js'

/** Who links their account, and where. */
export interface LinkingAccount {
  readonly slack: SlackDouble
  readonly user: string
  /** A message with buttons, at one of which the address is offered to whoever is linked to nobody. */
  readonly message: DoubleMessage
  /** The relay's pages, where one logs in with `localLogin`, and whom they know it by. */
  readonly relay: { readonly url: string; readonly who: string }
}

/** The pages that somebody saw who linked their account. */
export interface LinkingPages {
  /** Whose account it is. */
  readonly first: string
  /** After the code was entered in Slack. */
  readonly last: string
  readonly end: string
}

/** Does what somebody does who is linked to nobody: clicks, unless they did, opens the page, logs in, confirms, enters the code, confirms. */
export async function linkAccount({ message, relay, slack, user }: LinkingAccount): Promise<LinkingPages> {
  // Whoever clicked before has one.
  if (slack.whispers(user).length === 0) await slack.click(user, message, 'bothkeys_approve')
  const [offer, path] = await waitUntil('an address to link with', () => offerOf(slack.whispers(user)))
  const browser = new Browser(relay.url, relay.who)
  await browser.open(`/login/local?to=${encodeURIComponent(path)}`)
  const first = await browser.open(path)
  const [, code = ''] = /<code>([A-Z0-9]{8})<\/code>/.exec(await browser.open(path, fieldsOf(first))) ?? []
  await slack.click(user, offer, 'bothkeys_code')
  const view = await waitUntil('a window for the code', () =>
    [...slack.views].findLast(([, opened]) => opened.user === user),
  )
  await slack.submit(user, view[0], code.toLowerCase())
  await waitUntil('the last word', () => slack.whispers(user).at(-1)?.text.includes('confirm there once more'))
  const last = await browser.open(path)
  return { first, last, end: await browser.open(`${path}/last`, fieldsOf(last)) }
}

/** The message that offers an address, and what is there. */
function offerOf(whispers: readonly DoubleMessage[]): readonly [DoubleMessage, string] | undefined {
  for (const offer of whispers) {
    const [, address] = /"url":"([^"]+)"/.exec(JSON.stringify(offer.blocks)) ?? []
    if (address !== undefined) return [offer, new URL(address).pathname]
  }
  return undefined
}

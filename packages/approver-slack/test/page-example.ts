import { createRelay, fileSigner } from '@bothkeys/approval-relay'
import type { LoginMethod, Relay } from '@bothkeys/approval-relay'
import { slackChannel } from '@bothkeys/approver-slack'
import type { SlackChannelOptions } from '@bothkeys/approver-slack'
import { fileDirectory, fileJournal } from '@bothkeys/core'
import type { KnownEngine } from '@bothkeys/core/relay'

/** A relay that asks at its pages and in Slack. It runs apart from every agent. */
export async function relayWithSlack(
  folder: string,
  issuer: string,
  engines: readonly KnownEngine[],
  login: LoginMethod,
  secrets: Pick<SlackChannelOptions, 'token' | 'signingSecret' | 'apiUrl'>,
): Promise<Relay> {
  return createRelay({
    issuer,
    engines,
    signer: await fileSigner(`${folder}/key.json`),
    directory: fileDirectory(`${folder}/people.yaml`),
    folder: `${folder}/relay`,
    journal: fileJournal(`${folder}/audit`),
    logins: [login],
    channels: [
      slackChannel({
        ...secrets,
        app: 'A0APP',
        team: 'T0HOME',
        channel: 'C0APPROVE',
        messages: `${folder}/slack.json`,
      }),
    ],
  })
}

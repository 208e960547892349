import type { KeyObject } from 'node:crypto'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RelayClock } from '@bothkeys/approval-relay'
import { createRelay, createSignerKey, fileSigner } from '@bothkeys/approval-relay'
import { slackChannel } from '@bothkeys/approver-slack'
import { memoryJournal } from '@bothkeys/core/testing'
import { freePort } from '@bothkeys/local-postgres/processes'
import { localLogin, SlackDouble } from '@bothkeys/slack-double'
import { crowd, directory, people } from './crowd.js'

const workspace = {
  token: 'xoxb-secret-token-of-the-app',
  signingSecret: 'f00dfeedf00dfeedf00dfeedf00dfeed',
  app: 'A0APP',
  team: 'T0HOME',
  channel: 'C0APPROVE',
}

export const engine = 'shop'

/** A relay that asks in Slack, as it runs apart from every agent. */
export interface RelayStage {
  readonly url: string
  readonly slack: SlackDouble
  readonly journal: ReturnType<typeof memoryJournal>
  /** What its approvals are verified with. */
  readonly jwks: { readonly keys: object[] }
  /** What the engine asks with. */
  readonly key: KeyObject
  close(): Promise<void>
}

export async function openRelay(clock: RelayClock): Promise<RelayStage> {
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-slack-stage-'))
  const url = `http://127.0.0.1:${String(await freePort())}`
  const slack = await SlackDouble.start(workspace, () => clock.wallMs())
  slack.requestUrl = `${url}/slack/interactions`
  for (const { user } of Object.values(crowd)) slack.addUser(user)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await createSignerKey(join(folder, 'key.json'))
  const signer = await fileSigner(join(folder, 'key.json'))
  const journal = memoryJournal()
  const relay = await createRelay({
    issuer: url,
    engines: [{ engine, jwks: { keys: [publicKey.export({ format: 'jwk' })] } }],
    signer,
    directory,
    folder: join(folder, 'relay'),
    journal,
    logins: [localLogin(people, () => clock.wallMs())],
    channels: [
      slackChannel({
        ...workspace,
        apiUrl: slack.apiUrl,
        messages: join(folder, 'slack.json'),
        retryMs: 50,
        perMinute: 60,
      }),
    ],
    clock,
  })
  await relay.listen({ port: Number(new URL(url).port), host: '127.0.0.1' })
  return {
    url,
    slack,
    journal,
    jwks: { keys: [signer.publicJwk] },
    key: privateKey,
    close: async () => {
      await relay.close()
      await slack.close()
      await rm(folder, { recursive: true })
    },
  }
}

// The process where people decide: it has Slack's secrets and the key that signs approvals, and the agent has neither.
import { join } from 'node:path'
import { createRelay, createSignerKey, fileSigner, oidcLogin } from '@bothkeys/approval-relay'
import { slackChannel } from '@bothkeys/approver-slack'
import { fileDirectory, fileJournal } from '@bothkeys/core'
import { localLogin } from '@bothkeys/slack-double'
import { deskSettings } from './desk-settings.js'

const { engineKey, folder, oidc, people, port, slack, url } = deskSettings(process.env)
const keyFile = join(folder, 'key.json')
await createSignerKey(keyFile)
const relay = await createRelay({
  issuer: url,
  engines: [{ engine: 'shop', jwks: { keys: [engineKey] } }],
  signer: fileSigner(keyFile),
  directory: fileDirectory(people),
  folder: join(folder, 'relay'),
  journal: fileJournal(join(folder, 'audit')),
  logins: [oidc === undefined ? localLogin('https://login.example') : oidcLogin(oidc)],
  channels: [slackChannel({ ...slack, messages: join(folder, 'slack.json') })],
  onFailure: (cause) => {
    console.error('the desk:', cause)
  },
})
await relay.listen({ port, host: '127.0.0.1' })
process.send?.('ready')
process.once('disconnect', () => void relay.close())

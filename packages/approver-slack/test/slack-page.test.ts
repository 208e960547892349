import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LoginMethod } from '@bothkeys/approval-relay'
import { createSignerKey } from '@bothkeys/approval-relay'
import { interactionsPath } from '../src/index.js'
import { relayWithSlack } from './page-example.js'
import { workspace } from './support/bench.js'
import { SlackDouble } from '@bothkeys/slack-double'

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8')
const page = await read('../../../docs/slack.md')

describe('docs/slack.md', () => {
  it('shows the example that runs here', async () => {
    expect(page).toContain(`\`\`\`ts\n${await read('page-example.ts')}\`\`\``)
  })

  it('has an example that starts a relay, which refuses what Slack did not sign', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-slack-page-'))
    const slack = await SlackDouble.start(workspace)
    const never = (): Promise<never> => Promise.reject(new Error('nobody logs in here'))
    const login: LoginMethod = { name: 'sso', issuer: 'https://people.example', begin: never, finish: never }
    await createSignerKey(join(folder, 'key.json'))
    await writeFile(
      join(folder, 'people.yaml'),
      'version: 1\nissuer: https://people.example\npeople:\n  ann: { accounts: [ann] }\n',
    )
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const engine = { engine: 'shop', jwks: { keys: [publicKey.export({ format: 'jwk' })] } }
    const { signingSecret, token } = workspace
    const secrets = { token, signingSecret, apiUrl: slack.apiUrl }
    const relay = await relayWithSlack(folder, 'https://approvals.example', [engine], login, secrets)
    try {
      const { url } = await relay.listen({ port: 0, host: '127.0.0.1' })
      const body = 'payload=%7B%7D'
      expect((await fetch(new URL(interactionsPath, url), { method: 'POST', body })).status).toBe(401)
      expect(slack.calls.map(({ method }) => method)).toEqual(['auth.test'])
    } finally {
      await relay.close()
      await slack.close()
      await rm(folder, { recursive: true })
    }
  })

  it('names every option and every method’s scope', async () => {
    const options = (await read('../src/options.ts')).split('/** Options as they are used. */')[0] ?? ''
    const names = [...options.matchAll(/^ {2}readonly (\w+)\??: /gmu)].map(([, name]) => name!)
    expect(names.length).toBeGreaterThan(10)
    for (const name of names.filter((each) => each !== 'name' && each !== 'apiUrl'))
      expect(page).toContain(`\`${name}\``)
    for (const scope of [
      'chat:write',
      'users:read',
      'channels:read',
      'groups:read',
      'channels:history',
      'groups:history',
    ])
      expect(page).toContain(`- ${scope}`)
  })
})

import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSignerKey } from '../../src/file-signer.js'
import { HeldPort } from '../support/held-port.js'
import { relayAt } from './page-example.js'

const page = readFileSync(new URL('../../../../docs/relay-pages.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

describe('docs/relay-pages.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('has a relay whose login page its example serves', async () => {
    let port: number | undefined
    const proxy = await HeldPort.take(() => port)
    const folder = await mkdtemp(join(tmpdir(), 'relay-page-'))
    await createSignerKey(join(folder, 'relay-key.json'))
    await writeFile(
      join(folder, 'people.yaml'),
      'version: 1\nissuer: https://login.example\npeople:\n  ann: { accounts: [ann] }\n',
    )
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] }
    const relay = await relayAt(proxy.url, { issuer: 'https://login.example', clientId: 'approvals' }, jwks, folder)
    try {
      port = Number(new URL((await relay.listen({ port: 0 })).url).port)
      const answer = await fetch(`${proxy.url}/requests/${'0'.repeat(32)}`)
      expect(answer.url).toBe(`${proxy.url}/login?to=%2Frequests%2F${'0'.repeat(32)}`)
      expect(await answer.text()).toContain(`href="/login/house?to=/requests/${'0'.repeat(32)}"`)
    } finally {
      await relay.close()
      await proxy.close()
      await rm(folder, { recursive: true })
    }
  })
})

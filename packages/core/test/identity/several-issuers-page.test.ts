import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { issuerOf } from './issuer-with-key.js'
import { identityOf } from './several-issuers-example.js'

const { signal } = new AbortController()

describe('docs/tokens.md', () => {
  const page = readFileSync(new URL('../../../../docs/tokens.md', import.meta.url), 'utf8')
  const example = readFileSync(new URL('several-issuers-example.ts', import.meta.url), 'utf8')

  it('shows the example of several issuers that runs here', async () => {
    expect(page).toContain(`\`\`\`ts\n${example.replaceAll('../../src/index.js', '@bothkeys/core')}\`\`\``)
    const agents = issuerOf('https://agents.example.com')
    const people = issuerOf('https://people.example.com', { sub: 'ann', client_id: undefined }, { typ: 'JWT' })
    const identity = identityOf(agents.jwks, people.jwks)
    const iat = Math.floor(Date.now() / 1000)
    const times = { iat, exp: iat + 600 }
    expect(await identity.verify({ token: agents.kit.sign(times) }, signal)).toMatchObject({ kind: 'agent' })
    expect(await identity.verify({ token: people.kit.sign(times) }, signal)).toMatchObject({ kind: 'human' })
    const forged = identity.verify({ token: agents.kit.sign({ ...times, iss: people.issuer }) }, signal)
    await expect(forged).rejects.toMatchObject({ code: 'ERR_TOKEN_INVALID' })
  })
})

import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeKey, startRelay } from './page-example.js'
import { envelopeOf } from './support/envelopes.js'
import { closedLater, peopleFile } from './support/relay-stage.js'
import { TestEngine } from './support/test-engine.js'

const page = readFileSync(new URL('../../../docs/relay.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

describe('docs/relay.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('has a relay that takes requests and shows its public key', async () => {
    const home = await mkdtemp(join(tmpdir(), 'page-'))
    closedLater(() => rm(home, { recursive: true, force: true }))
    await writeFile(join(home, 'people.yaml'), peopleFile)
    const engine = new TestEngine('orders')
    const key = await makeKey(home)
    const { relay, url } = await startRelay(home, [engine.known])
    closedLater(() => relay.close())
    engine.url = url
    expect(await (await fetch(`${url}/jwks.json`)).json()).toEqual({ keys: [key] })
    expect((await engine.ask(envelopeOf().body)).status).toBe(201)
  })

  it.each(
    [...readFileSync(new URL('../src/desk.ts', import.meta.url), 'utf8').matchAll(/^ {2}\| '([a-z-]+)'$/gm)].map(
      ([, reason = '']) => reason,
    ),
  )('says why a decision is not taken: %s', (reason) => {
    expect(page).toContain(`\`${reason}\``)
  })
})

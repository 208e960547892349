import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { ProvableAction } from '../../src/model/provable-action.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { sign } from '../identity/jwt-support.js'
import { prove, proving } from '../identity/proof-support.js'
import { answer, openFor } from './page-example.js'
import { ann, engine, send, statement, target } from './support.js'

const page = readFileSync(new URL('../../../../docs/tokens.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

describe('docs/tokens.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('lets what the agent sent run, and nothing that somebody else slips in', async () => {
    const guard = await createGuard({
      directory: accountsAsPeople,
      engine,
      policy: {
        load: () =>
          Promise.resolve({
            name: 'test',
            content: {
              version: 1,
              targets: { db: { kind: 'fake' } },
              roles: { ingest: [{ target: 'db', duty: ['read', 'write'] }] },
            },
          }),
      },
      identity: proving({}, { clock: { wallMs: Date.now, monotonicMs: () => performance.now() } }),
      targets: [target],
      journal: memoryJournal(),
    })
    const iat = Math.floor(Date.now() / 1000)
    const token = await sign({ iat, exp: iat + 600, cnf: { jkt: ann.jkt } })
    const proof = await prove({ iat }, {}, { ...ann, token })
    const sent = new Set([statement.text])
    const session = await openFor(guard, { token, proof }, async (action) =>
      answer(JSON.parse(JSON.stringify(action)) as ProvableAction, sent, ann, token),
    )
    expect([await send(session), await send(session, 'read')]).toEqual(['permitted', 'ERR_PROOF_UNAVAILABLE'])
    await guard.close()
  })
})

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Principal } from '../../src/model/principal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { lookedAt } from './reviews-page-example.js'
import { agent, asks, human, verdict } from './support.js'

const root = new URL('../../../../', import.meta.url)
const page = readFileSync(new URL('docs/reviews.md', root), 'utf8')
const example = readFileSync(new URL('reviews-page-example.ts', import.meta.url), 'utf8')

describe('docs/reviews.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('names every reason for which a review is not counted', () => {
    const source = readFileSync(new URL('packages/core/src/reviews/work-reviews.ts', root), 'utf8')
    const listed = /The reason is one of (.*?)\n \*\/\nexport type WorkReviewReceipt/s.exec(source)?.[1] ?? ''
    const reasons = [...listed.matchAll(/`([a-z-]+)/g)].map(([, reason = '']) => reason)
    expect(reasons).toHaveLength(14)
    expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([])
  })

  it('works as its policy and its example say', async () => {
    const expiresAtMs = Date.now() + 3_600_000
    const tokens = new Map<string, Principal>([
      ['etl', agent({ id: 'etl', roles: ['deployer'], expiresAtMs })],
      ['grace', human('grace', ['auditor'], { expiresAtMs })],
    ])
    const target = { name: 'orders', kind: 'fake', close: () => Promise.resolve() }
    const policy = (/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '').replace('kind: postgres', 'kind: fake')
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'docs', content: policy }) },
      identity: {
        verify: (credential) => {
          const principal = tokens.get('token' in credential ? credential.token : '')
          return principal === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(principal)
        },
      },
      targets: [target],
      journal: memoryJournal(),
    })
    const session = await guard.openSession({ token: 'etl' })
    const write = async () => verdict(await asks(sessionAccess(session, target), 'write'))
    expect(await write()).toBe('permitted')
    const seen: string[] = []
    const look = (found: boolean) => (text: string) => {
      seen.push(text)
      return Promise.resolve(found)
    }
    await lookedAt(guard, 'grace', look(false))
    expect(await write()).toBe('ERR_WORK_UNREVIEWED')
    await lookedAt(guard, 'grace', look(true))
    expect(await write()).toBe('permitted')
    expect(seen).toHaveLength(2)
    expect(seen[0]).toMatch(
      /^work [0-9a-f]{8}: looked-at on orders\n {2}who {8}agent etl of https:\/\/agents.example\n/,
    )
    await expect(lookedAt(guard, 'etl', look(true))).rejects.toThrow('not-human')
    await guard.close()
  })
})

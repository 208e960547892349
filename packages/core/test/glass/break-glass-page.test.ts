import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Principal } from '../../src/model/principal.js'
import { loadPolicy } from '../../src/policy/load.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { asks, human, verdict } from '../duties/support.js'
import { inAnEmergency, reviewed } from './page-example.js'

const root = new URL('../../../../', import.meta.url)
const page = readFileSync(new URL('docs/break-glass.md', root), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

/** The policy of the reference that has `breakGlass`, without the level that needs a signature. */
function policyText(): string {
  const reference = readFileSync(new URL('docs/policy.md', root), 'utf8')
  const blocks = [...reference.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, yaml = '']) => yaml)
  const found = blocks.find((yaml) => yaml.includes('breakGlass:')) ?? ''
  return found.replace(', level: signed', '').replaceAll('kind: postgres', 'kind: fake')
}

describe('docs/break-glass.md', () => {
  it('shows the example that runs here', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
  })

  it('works as its example says', async () => {
    const expiresAtMs = Date.now() + 3_600_000
    const tokens = new Map<string, Principal>([
      ['ada', human('ada', ['oncall'], { expiresAtMs })],
      ['grace', human('grace', ['auditor'], { expiresAtMs })],
    ])
    const target = { name: 'orders', kind: 'fake', close: () => Promise.resolve() }
    const told: string[] = []
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: { load: () => Promise.resolve({ name: 'docs', content: policyText() }) },
      identity: {
        verify: (credential) => {
          const principal = tokens.get('token' in credential ? credential.token : '')
          return principal === undefined ? Promise.reject(new Error('unknown')) : Promise.resolve(principal)
        },
      },
      targets: [target],
      journal: memoryJournal(),
      notifyGlass: ({ view }) => {
        told.push(view.text)
      },
    })
    const session = await guard.openSession({ token: 'ada' })
    const write = async () => verdict(await asks(sessionAccess(session, target), 'write'))
    expect(await write()).toBe('ERR_APPROVAL_UNAVAILABLE')
    await inAnEmergency(session, async () => {
      expect(await write()).toBe('permitted')
    })
    expect(await write()).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect(told).toHaveLength(1)
    await expect(inAnEmergency(session, () => Promise.resolve())).rejects.toMatchObject({
      code: 'ERR_GLASS_UNREVIEWED',
    })
    await expect(reviewed(guard, 'ada', () => Promise.resolve(true))).rejects.toThrow('not-independent')
    await reviewed(guard, 'grace', (text) => Promise.resolve(text.includes('INC-4711')))
    expect(await inAnEmergency(session, () => Promise.resolve())).toHaveLength(32)
    await guard.close()
  })

  it('is about a policy that loads', () => {
    expect(loadPolicy({ name: 'docs', content: policyText() }).glassRules?.size).toBe(1)
  })

  it('explains every reason for which a review is not counted', () => {
    const source = readFileSync(new URL('../../src/glass/glass-review.ts', import.meta.url), 'utf8')
    const [comment = ''] = /Whether a review was counted[^]*?\*\//u.exec(source) ?? []
    const reasons = [...comment.matchAll(/`([a-z]+(?:-[a-z]+)*)/gu)].map(([, reason]) => reason)
    expect(reasons.length).toBeGreaterThan(10)
    expect(reasons.filter((reason) => !page.includes(`\`${String(reason)}\``))).toEqual([])
  })
})

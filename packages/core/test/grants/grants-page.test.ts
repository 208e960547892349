import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { loadPolicy } from '../../src/policy/load.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { agent, asks, effect, human, verdict, YesOf } from '../duties/support.js'
import { cleanUp, takeBack } from './page-example.js'

const page = readFileSync(new URL('../../../../docs/grants.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')
const [, policy = ''] = /^```yaml\n(.*?)^```/ms.exec(page) ?? []

describe('docs/grants.md', () => {
  it('shows the example that runs here, and a policy that loads', () => {
    expect(page).toContain(`\`\`\`ts\n${example}\`\`\``)
    expect(loadPolicy({ name: 'docs', content: policy }).grantCaps?.get('deletes')).toEqual({
      uses: 20,
      ttlMs: 3_600_000,
    })
  })

  it('works as its example says', async () => {
    const expiresAtMs = Date.now() + 3_600_000
    const janitor = agent({ id: 'a1', roles: ['janitor'], expiresAtMs })
    const target = { name: 'orders', kind: 'fake', close: () => Promise.resolve() }
    const people = new YesOf(human('vera', ['dba'], { expiresAtMs }))
    const guard = await createGuard({
      directory: accountsAsPeople,
      policy: {
        load: () => Promise.resolve({ name: 'docs', content: policy.replace('kind: postgres', 'kind: fake') }),
      },
      identity: { verify: () => Promise.resolve(janitor) },
      targets: [target],
      approvers: [people],
      journal: memoryJournal(),
    })
    const session = await guard.openSession({ token: 'a1' })
    const access = sessionAccess(session, target)
    const does = async (duty: 'read' | 'delete') => verdict(await asks(access, [effect(duty, 'table:public.drafts')]))
    expect(await does('read')).toBe('permitted')
    const outcomes: string[] = []
    await cleanUp(session, [1, 2, 3], async () => {
      outcomes.push(await does('delete'))
    })
    expect([outcomes, people.receipts]).toEqual([['permitted', 'permitted', 'permitted'], ['counted']])
    const ids: string[] = []
    guard.on('grantGiven', ({ grant }) => ids.push(grant))
    await cleanUp(session, [4], async () => {
      expect(await takeBack(guard, ids.at(-1) ?? '')).toBe(true)
    })
    await expect(cleanUp(session, Array.from({ length: 21 }, Number), () => Promise.resolve())).rejects.toMatchObject({
      code: 'ERR_GRANT_REFUSED',
    })
    await guard.close()
  })
})

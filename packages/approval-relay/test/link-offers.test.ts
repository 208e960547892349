import { describe, expect, it } from 'vitest'
import { OpenOffers } from '../src/link-offers.js'
import type { ChannelAccount } from '../src/linked-account.js'
import type { DeskSubject } from '../src/desk.js'
import type { RelayRecord } from '../src/relay-record.js'

const account: ChannelAccount = { channel: 'slack', team: 'T0', user: 'U0ANN' }
const ann = { subject: { issuer: 'https://people.example', id: 'ann' }, name: 'Ann' }

function offers() {
  const happened: unknown[] = []
  const linked = new Map<string, DeskSubject>()
  const on = { nowMs: 0, disk: true, record: true }
  const links = {
    get: ({ user }: ChannelAccount) => linked.get(user),
    put: ({ user }: ChannelAccount, subject: DeskSubject) => {
      if (!on.disk) return Promise.reject(new Error('disk is full'))
      linked.set(user, subject)
      return Promise.resolve()
    },
    remove: () => Promise.resolve(),
  }
  const record = {
    happened: (...event: unknown[]) => {
      if (!on.record) return Promise.reject(new Error('disk is full'))
      happened.push(event)
      return Promise.resolve()
    },
  } as unknown as RelayRecord
  return { on, happened, linked, open: new OpenOffers(links, record, () => on.nowMs) }
}

describe('a link', () => {
  it('is none until the code was entered for the same account and the same login confirmed once more', async () => {
    const { happened, linked, open } = offers()
    const token = open.offer(account, 'Ann')
    const code = open.confirm(token, ann, 'login')!
    expect(code).toMatch(/^[A-Z2-9]{8}$/u)
    expect(await open.finish(token, 'login')).toBe('not-entered')
    expect(open.enter({ ...account, user: 'U0BOB' }, code)).toBe('not-offered')
    expect(open.begun(token, 'login')).toMatchObject({ account, shownAs: 'Ann', isEntered: false })
    expect(open.enter(account, `${code.toLowerCase().slice(0, 4)}-${code.slice(4)} `)).toBe('entered')
    expect(open.begun(token, 'login')).toMatchObject({ account, shownAs: 'Ann', isEntered: true })
    // Another login of the same person is none of it.
    expect(open.begun(token, 'other')).toBeUndefined()
    expect(await open.finish(token, 'other')).toBe('not-offered')
    expect([linked.size, happened.length]).toEqual([0, 0])
    expect(await open.finish(token, 'login')).toBe('linked')
    expect(linked.get('U0ANN')).toEqual(ann.subject)
    expect(happened).toEqual([['relay.linked', { account, to: ann.subject }]])
    expect(await open.finish(token, 'login')).toBe('not-offered')
    expect(open.enter(account, code)).toBe('not-offered')
  })

  it('is taken back after five wrong codes', async () => {
    const { linked, open } = offers()
    const token = open.offer(account, 'Ann')
    const code = open.confirm(token, ann, 'login')!
    for (let tries = 0; tries < 5; tries++) expect(open.enter(account, 'AAAAAAAA')).toBe('wrong-code')
    expect(open.enter(account, code)).toBe('not-offered')
    expect(await open.finish(token, 'login')).toBe('not-offered')
    expect(linked.size).toBe(0)
  })

  it('is over after ten minutes, before and after it was confirmed, and after it was entered', async () => {
    const { linked, on, open } = offers()
    const late = open.offer(account, 'Ann')
    on.nowMs = 600_000
    expect(open.confirm(late, ann, 'login')).toBeUndefined()
    const token = open.offer(account, 'Ann')
    const code = open.confirm(token, ann, 'login')!
    expect(open.enter(account, code)).toBe('entered')
    on.nowMs = 1_200_000
    expect(open.enter(account, code)).toBe('not-offered')
    expect(open.begun(token, 'login')).toBeUndefined()
    expect(await open.finish(token, 'login')).toBe('not-offered')
    expect(linked.size).toBe(0)
  })

  it('is confirmed once, and the last one who confirmed counts', async () => {
    const { linked, open } = offers()
    const token = open.offer(account, 'Ann')
    const first = open.confirm(token, ann, 'login')!
    expect(open.confirm(token, ann, 'login')).toBeUndefined()
    expect(open.enter(account, first)).toBe('entered')
    const bob = { subject: { ...ann.subject, id: 'bob' } }
    const later = open.offer(account, 'Ann')
    const second = open.confirm(later, bob, 'of bob')!
    expect(await open.finish(token, 'login')).toBe('not-offered')
    expect(open.enter(account, first)).toBe('wrong-code')
    expect(open.enter(account, second)).toBe('entered')
    expect(await open.finish(later, 'of bob')).toBe('linked')
    expect(linked.get('U0ANN')?.id).toBe('bob')
  })

  it('is not in force when it cannot be recorded or kept', async () => {
    for (const fails of ['record', 'disk'] as const) {
      const { linked, on, open } = offers()
      const token = open.offer(account, 'Ann')
      open.enter(account, open.confirm(token, ann, 'login')!)
      on[fails] = false
      await expect(open.finish(token, 'login')).rejects.toThrow('disk is full')
      expect(linked.size).toBe(0)
    }
  })
})

import { readdir, writeFile } from 'node:fs/promises'
import { fixedClock } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import { OpenOffers } from '../src/link-offers.js'
import type { DeskSubject } from '../src/desk.js'
import { RelayRecord } from '../src/relay-record.js'
import { KeptLinks } from '../src/store/account-links.js'
import { nodeFiles } from '../src/store/files.js'
import type { StoreFiles } from '../src/store/files.js'
import { people, RelayStage } from './support/relay-stage.js'

const account = { channel: 'slack', team: 'T1', user: 'U1' }
const ann: { subject: DeskSubject } = { subject: { issuer: people, id: 'ann' } }
const startMs = Date.UTC(2026, 4, 4)

async function linking(files: StoreFiles = nodeFiles) {
  const stage = await RelayStage.open()
  await stage.stop()
  const clock = fixedClock(startMs)
  const journal = await stage.journal.open({ recorder: 'relay', clock })
  const record = new RelayRecord(journal, clock, () => undefined)
  const links = new KeptLinks(stage.path('relay'), files, () => undefined)
  await links.open(stage.path('relay/set-aside'))
  const offers = new OpenOffers(links, record, () => clock.monotonicMs())
  return { stage, clock, links, offers, reopened: () => reopen(stage) }
}

async function reopen(stage: RelayStage): Promise<{ links: KeptLinks; setAside: readonly string[] }> {
  const links = new KeptLinks(stage.path('relay'), nodeFiles, () => undefined)
  return { links, setAside: await links.open(stage.path('relay/set-aside')) }
}

describe('an account in a channel', () => {
  it('is linked when who confirmed it and who holds it are the same, and stays so', async () => {
    const { links, offers, reopened, stage } = await linking()
    const token = offers.offer(account, '@ann')
    expect(offers.offered(token)).toMatchObject({ account, shownAs: '@ann' })
    expect(offers.enter(account, '')).toBe('not-offered')
    const code = offers.confirm(token, ann, 'login') ?? ''
    expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/)
    expect(links.get(account)).toBeUndefined()
    expect(offers.enter(account, code)).toBe('entered')
    expect(links.get(account)).toBeUndefined()
    expect(await offers.finish(token, 'login')).toBe('linked')
    expect(links.get(account)).toEqual(ann.subject)
    expect((await reopened()).links.get(account)).toEqual(ann.subject)
    expect(stage.ofType('relay.linked')).toMatchObject([{ account, to: ann.subject }])
    expect(links.get({ ...account, team: 'T2' })).toBeUndefined()
  })

  it('is not linked by a token that was used, replaced or is too old', async () => {
    const { clock, offers } = await linking()
    const first = offers.offer(account, '@ann')
    const second = offers.offer(account, '@ann')
    expect(offers.confirm(first, ann, 'login')).toBeUndefined()
    expect(offers.confirm(second, ann, 'login')).toBeDefined()
    expect(offers.confirm(second, ann, 'login')).toBeUndefined()
    expect(offers.offered(second)).toBeUndefined()
    const third = offers.offer(account, '@ann')
    clock.advance(10 * 60_000)
    expect(offers.offered(third)).toBeUndefined()
    expect(offers.confirm(third, ann, 'login')).toBeUndefined()
  })

  it('is not linked by a code that comes too late, of another account or guessed', async () => {
    const { clock, links, offers } = await linking()
    const late = offers.confirm(offers.offer(account, '@ann'), ann, 'login') ?? ''
    clock.advance(10 * 60_000)
    expect(offers.enter(account, late)).toBe('not-offered')
    const code = offers.confirm(offers.offer(account, '@ann'), ann, 'login') ?? ''
    expect(offers.enter({ ...account, user: 'U2' }, code)).toBe('not-offered')
    for (let n = 0; n < 5; n++) expect(offers.enter(account, 'wrong')).toBe('wrong-code')
    expect(offers.enter(account, code)).toBe('not-offered')
    expect(links.get(account)).toBeUndefined()
  })

  it('is offered to so many at once, and no more', async () => {
    const { clock, offers } = await linking()
    for (let n = 0; n < 1_000; n++) offers.offer({ ...account, user: `U${String(n)}` }, '@x')
    expect(() => offers.offer({ ...account, user: 'V' }, '@x')).toThrow('too many links')
    clock.advance(10 * 60_000)
    expect(offers.offer({ ...account, user: 'V' }, '@x')).toBeDefined()
  })

  it('that is unlinked is nobody', async () => {
    const { links, reopened } = await linking()
    await links.put(account, ann.subject)
    await links.remove(account)
    expect(links.get(account)).toBeUndefined()
    expect((await reopened()).links.get(account)).toBeUndefined()
  })

  it('is not linked while the disk fails', async () => {
    const failing = { ...nodeFiles, create: () => Promise.reject(new Error('no space left')) }
    const { links, offers, reopened } = await linking(failing)
    const token = offers.offer(account, '@ann')
    offers.enter(account, offers.confirm(token, ann, 'login') ?? '')
    await expect(offers.finish(token, 'login')).rejects.toThrow('no space left')
    expect(links.get(account)).toBeUndefined()
    expect((await reopened()).links.get(account)).toBeUndefined()
  })

  it('is not linked by a file that the relay did not write for it', async () => {
    const { links, reopened, stage } = await linking()
    await links.put(account, ann.subject)
    const [name = ''] = await readdir(stage.path('relay/links'))
    const forged = { v: 1, account: { ...account, user: 'U2' }, subject: ann.subject }
    await writeFile(stage.path(`relay/links/${name}`), JSON.stringify(forged))
    const again = await reopened()
    expect(again.setAside).toEqual([name])
    expect(again.links.get(account)).toBeUndefined()
    expect(again.links.get({ ...account, user: 'U2' })).toBeUndefined()
  })
})

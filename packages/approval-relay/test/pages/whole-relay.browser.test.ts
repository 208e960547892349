import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileDirectory, memoryJournal, webhookApprover } from '@bothkeys/core'
import { digestPrefix } from '@bothkeys/core/relay'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createSignerKey, fileSigner, oidcLogin } from '../../src/index.js'
import type { RelayDesk } from '../../src/relay-desk.js'
import type { Relay } from '../../src/relay.js'
import { composeRelay } from '../../src/relay.js'
import { HeldPort } from '../support/held-port.js'
import { issuer as relayIssuer, TestEngine } from '../support/test-engine.js'
import { launchChromium, Person } from './browser.js'
import { EngineThatAsks, onInvoices } from './engine-that-asks.js'
import { clientId, clientSecret, PeopleIssuer } from './people-issuer.js'

// The provider says at each start that it keeps everything in memory.
vi.spyOn(console, 'warn').mockReturnValue(undefined)
vi.spyOn(console, 'info').mockReturnValue(undefined)

let browser: Browser
let provider: PeopleIssuer
let folder: string
let proxy: HeldPort
let relay: Relay
let desk: RelayDesk
let engine: EngineThatAsks
let url: string
const journal = memoryJournal()
const failures: unknown[] = []
const open: Person[] = []

beforeAll(async () => {
  browser = await launchChromium()
  // The relay has to know where its pages are before it listens.
  let port: number | undefined
  proxy = await HeldPort.take(() => port)
  url = proxy.url
  provider = await PeopleIssuer.start(`${url}/login/house/callback`)
  folder = await mkdtemp(join(tmpdir(), 'relay-'))
  await writeFile(
    join(folder, 'people.yaml'),
    `version: 1\nissuer: ${provider.url}\npeople:\n  ann: { accounts: [ann], roles: [dba, pii] }\n  bob: { accounts: [bob], roles: [dba] }\n`,
  )
  await createSignerKey(join(folder, 'key.json'))
  const orders = new TestEngine('orders')
  const composed = await composeRelay({
    issuer: relayIssuer,
    publicUrl: url,
    engines: [orders.known],
    signer: fileSigner(join(folder, 'key.json')),
    directory: fileDirectory(join(folder, 'people.yaml')),
    folder: join(folder, 'relay'),
    journal,
    masks: [{ resource: 'table:public.cards', clearFor: ['pii'] }],
    logins: [oidcLogin({ issuer: provider.url, clientId, clientSecret, name: 'house' })],
    onFailure: (cause) => failures.push(cause),
  })
  relay = composed.relay
  desk = composed.desk
  port = Number(new URL((await relay.listen({ port: 0 })).url).port)
  engine = await EngineThatAsks.over(
    webhookApprover({
      name: 'relay',
      url,
      issuer: relayIssuer,
      jwks: `${url}/jwks.json`,
      engine: 'orders',
      key: orders.key,
      algorithm: 'ES256',
      people: ({ id, issuer }) => (issuer === provider.url ? { roles: ['dba'], person: id } : undefined),
    }),
  )
})
afterAll(async () => {
  await Promise.all(open.map(({ context }) => context.close()))
  await browser.close()
  await engine.close()
  await relay.close()
  await proxy.close()
  await provider.close()
  await rm(folder, { recursive: true, force: true })
})

async function person(who: string): Promise<Person> {
  const opened = await Person.open(browser, { relay: url, provider: provider.url })
  open.push(opened)
  await opened.logIn(who)
  return opened
}

/** The first request that waits, once there is one. */
async function waiting() {
  await expect.poll(() => desk.pending().length).toBe(1)
  return desk.pending()[0]!.request
}

const recorded = (type: string) => journal.events.filter((event) => event.type === type)

describe('an engine, a relay and two people', () => {
  it('let an action run once both have turned their key', async () => {
    const running = engine.attempt({
      text: 'delete from invoices where paid',
      effects: [{ ...onInvoices, duty: 'delete' }],
    })
    const request = await waiting()
    const [ann, bob] = [await person('ann'), await person('bob')]
    for (const each of [ann, bob]) {
      await each.goto(`/requests/${request.id}`)
      await each.press('button', 'Approve')
      if (each === ann) await bob.page.getByText('1 answer so far').waitFor()
    }
    expect(await running).toBe('ran')
    expect(engine.ran).toEqual(['delete from invoices where paid'])
    expect(engine.journal.events.filter(({ type }) => type === 'approval.vote')).toHaveLength(2)
    await expect.poll(() => desk.pending()).toEqual([])
    await ann.goto('/history')
    const shown = await ann.page.locator('main').innerText()
    expect(shown).toContain(digestPrefix(request))
    expect(shown).toMatch(/ann approved \(signed, by house\)[^]*bob approved \(signed, by house\)/u)
    await ann.picture('whole-relay-history')
    expect(recorded('relay.login')).toHaveLength(2)
    expect(recorded('relay.answered')).toHaveLength(2)
    for (const each of [ann, bob]) expect(each.seen).toEqual({ dialogs: [], elsewhere: [], violations: [] })
    expect(failures).toEqual([])
  })

  it('let nobody approve what they may not see', async () => {
    const running = engine.attempt({
      text: "update cards set number = 'k4111' where id = 7",
      effects: [{ ...onInvoices, resource: 'table:public.cards' }],
    })
    const request = await waiting()
    const bob = await person('bob')
    await bob.goto(`/requests/${request.id}`)
    expect(await bob.page.getByRole('button', { name: 'Approve' }).isDisabled()).toBe(true)
    expect(await bob.page.locator('body').innerText()).not.toContain('k4111')
    await bob.picture('whole-relay-masked')
    const ann = await person('ann')
    await ann.goto(`/requests/${request.id}`)
    expect(await ann.page.locator('body').innerText()).toContain('k4111')
    await ann.page.getByLabel('Why not?').fill('not by hand')
    await ann.press('button', 'Deny')
    expect(await running).toBe('ERR_APPROVAL_DENIED')
    await bob.page.getByText('This request is over.').waitFor()
    expect(engine.ran).not.toContain("update cards set number = 'k4111' where id = 7")
  })
})

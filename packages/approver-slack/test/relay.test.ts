import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Relay } from '@bothkeys/approval-relay'
import { createRelay, createSignerKey, fileSigner } from '@bothkeys/approval-relay'
import type { Guard } from '@bothkeys/core'
import { createGuard, unverifiedCredential, unverifiedIdentity, webhookApprover } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { freePort } from '@bothkeys/local-postgres/processes'
import { slackChannel } from '../src/index.js'
import type { Name } from './support/bench.js'
import { act, crowd, directory, people, policy, target, workspace } from './support/bench.js'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { linkAccount, localLogin, SlackDouble, textsOf } from '@bothkeys/slack-double'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Relay, engine and workspace, each as it runs in its own process. */
async function world() {
  const folder = await mkdtemp(join(tmpdir(), 'bothkeys-slack-relay-'))
  closing.push(() => rm(folder, { recursive: true }))
  const port = await freePort()
  const url = `http://127.0.0.1:${String(port)}`
  const slack = await SlackDouble.start(workspace)
  closing.push(() => slack.close())
  slack.requestUrl = `${url}/slack/interactions`
  for (const { user } of Object.values(crowd)) slack.addUser(user)
  const keyFile = join(folder, 'key.json')
  await createSignerKey(keyFile)
  const signer = await fileSigner(keyFile)
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const record = memoryJournal()
  const failures: unknown[] = []
  const start = async (): Promise<Relay> => {
    const relay = await createRelay({
      issuer: url,
      engines: [{ engine: 'shop', jwks: { keys: [publicKey.export({ format: 'jwk' })] } }],
      signer,
      directory,
      folder: join(folder, 'relay'),
      journal: record,
      logins: [localLogin(people)],
      channels: [
        slackChannel({ ...workspace, apiUrl: slack.apiUrl, messages: join(folder, 'slack.json'), retryMs: 50 }),
      ],
      onFailure: (cause) => failures.push(cause),
    })
    await relay.listen({ port, host: '127.0.0.1' })
    return relay
  }
  const running = { relay: await start() }
  closing.push(() => running.relay.close())
  const journal = memoryJournal()
  const orders = target()
  const guard: Guard = await createGuard({
    engine: 'shop',
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    directory,
    targets: [orders],
    journal,
    approvers: [
      webhookApprover({
        name: 'relay',
        url,
        issuer: url,
        jwks: { keys: [signer.publicJwk] },
        engine: 'shop',
        key: privateKey,
        algorithm: 'ES256',
      }),
    ],
  })
  closing.push(() => guard.close())
  const session = await guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'etl', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })

  async function click(name: Name, message: DoubleMessage, action: string): Promise<void> {
    expect((await slack.click(crowd[name].user, message, `bothkeys_${action}`)).status).toBe(200)
  }

  /** What somebody does who is not linked: click, open the page, log in, confirm, enter the code. */
  async function link(name: Name, message: DoubleMessage): Promise<void> {
    const { user } = crowd[name]
    const { end, first, last } = await linkAccount({ slack, user, message, relay: { url, who: name } })
    expect(first).toContain(`Slack user ${user} &quot;@${user.toLowerCase()}&quot; of ${workspace.team} &quot;Acme`)
    expect(last).toContain(`<code>${user}</code>`)
    expect(end).toContain('The account is linked')
  }

  async function restart(): Promise<void> {
    await running.relay.close()
    running.relay = await start()
  }

  const ran: string[] = []
  return {
    act: (asking = {}) => act(session, orders, ran, asking),
    click,
    link,
    restart,
    slack,
    record,
    journal,
    ran,
    failures,
  }
}

describe('Slack at a relay of its own', () => {
  it('lets an action run once after two independent people linked themselves and clicked, across a restart', async () => {
    const on = await world()
    const acting = on.act()
    await expect.poll(() => on.slack.shown.length).toBe(1)
    const [message] = on.slack.shown
    const shows = (): string => textsOf(message!.blocks)
    for (const name of ['ann', 'bob', 'ada'] as const) await on.link(name, message!)
    await on.click('ada', message!, 'approve')
    await expect.poll(shows).toContain('not-independent: person')
    await on.click('ann', message!, 'approve')
    await expect.poll(shows).toContain('counted.')
    expect(on.ran).toEqual([])
    await on.restart()
    await on.click('bob', message!, 'approve')
    expect(await acting).toBe('ran')
    expect(on.ran).toEqual(['delete from invoices'])
    await expect.poll(shows).toContain('Approved, and used for its action.')
    expect(on.slack.shown).toHaveLength(1)
    expect(on.slack.problems).toEqual([])
    const votes = on.journal.events.filter(({ type }) => type === 'approval.vote')
    expect(votes).toMatchObject([
      { via: 'relay', level: 'channel', approver: { subject: { id: 'ann', issuer: people } } },
      { via: 'relay', level: 'channel', approver: { subject: { id: 'bob', issuer: people } } },
    ])
    // People are told before the disk has it.
    await expect.poll(() => JSON.stringify(on.record.events)).toContain('"relay.ended"')
    const recorded = JSON.stringify(on.record.events)
    for (const type of ['relay.linked', 'relay.answered', 'relay.ended']) expect(recorded).toContain(`"${type}"`)
    expect(recorded).toContain('slack-unlinked')
    expect(recorded).not.toMatch(/xoxb|f00dfeed|delete from/u)
  })

  it('never satisfies a rule that asks for more than a click', async () => {
    const on = await world()
    const acting = on.act({ duty: 'write' })
    await expect.poll(() => on.slack.shown.length).toBe(1)
    const [message] = on.slack.shown
    await on.link('ann', message!)
    await on.click('ann', message!, 'approve')
    await expect.poll(() => textsOf(message!.blocks)).toContain('level-too-low')
    expect(on.journal.events.filter(({ type }) => type === 'approval.vote')).toEqual([])
    expect(on.ran).toEqual([])
    for (const close of closing.splice(0).toReversed()) await close()
    expect(await acting).not.toBe('ran')
  })
})

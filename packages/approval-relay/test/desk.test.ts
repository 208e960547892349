import { writeFile } from 'node:fs/promises'
import { fixedClock } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import type { DeskDecision } from '../src/desk.js'
import { claimsOf } from './support/claims.js'
import { envelopeOf } from './support/envelopes.js'
import type { RequestParts } from './support/envelopes.js'
import { never, people, peopleFile, RelayStage } from './support/relay-stage.js'

async function asked(stage: RelayStage, parts: RequestParts = {}): Promise<string> {
  const { body, id } = envelopeOf(parts)
  expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
  return id
}

async function evidence(stage: RelayStage, id: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { body } = await stage.orders.answers(id)
  return (body['answers'] as { evidence: string }[]).map((answer) => claimsOf(answer.evidence))
}

describe('a decision', () => {
  it('is refused when the person is not known, disabled or an agent, and recorded', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    for (const who of ['mallory', 'eve']) {
      expect(await stage.decide(who, id)).toEqual({ decided: false, reason: 'refused-by-directory' })
    }
    expect(stage.refusals()).toEqual(['refused-by-directory', 'refused-by-directory'])
    expect(await evidence(stage, id)).toEqual([])
  })

  it('is refused to somebody whom the directory gave up a moment ago', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    const view = await stage.desk.viewFor(id, undefined, never)
    await writeFile(stage.path('people.yaml'), peopleFile.replace('roles: [dba] }', 'roles: [dba], disabled: true }'))
    const said = await stage.decide('bob', id, { viewDigest: view?.digest ?? '' })
    expect(said).toEqual({ decided: false, reason: 'refused-by-directory' })
  })

  it('is refused while the directory cannot be asked', async () => {
    let isDown = false
    const resolve = () => {
      if (isDown) throw new Error('down')
      return { kind: 'human' as const, person: 'ann', disabled: false }
    }
    const stage = await RelayStage.open({ directory: { resolve } })
    const id = await asked(stage)
    isDown = true
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'directory-unavailable' })
    isDown = false
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
  })

  it('is taken once of a person, whichever of their accounts they use', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    const both = await Promise.all([stage.decide('ann', id), stage.decide('ann-admin', id, { decision: 'deny' })])
    expect(both.map((each) => (each.decided ? 'decided' : each.reason)).toSorted()).toEqual([
      'already-answered',
      'decided',
    ])
    expect(await stage.decide('ann-admin', id)).toEqual({ decided: false, reason: 'already-answered' })
    expect(await evidence(stage, id)).toHaveLength(1)
  })

  it('of two people at once is two answers', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    const both = await Promise.all([stage.decide('ann', id), stage.decide('bob', id)])
    expect(both.map((each) => String(each.decided && each.n)).toSorted()).toEqual(['1', '2'])
    expect((await evidence(stage, id)).map(({ sub }) => String(sub)).toSorted()).toEqual(['ann', 'bob'])
  })

  it('is refused when something else was shown', async () => {
    const stage = await RelayStage.open()
    const [id, other] = [await asked(stage), await asked(stage)]
    const view = await stage.desk.viewFor(other, undefined, never)
    const said = await stage.decide('ann', id, { viewDigest: view?.digest ?? '' })
    expect(said).toEqual({ decided: false, reason: 'other-view' })
  })

  it('of a channel is of level channel, whatever the channel says', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    const via = { kind: 'channel', name: 'slack' } as const
    expect(await stage.decide('ann', id, { level: 'phishing-resistant', via })).toMatchObject({ level: 'channel' })
    expect(await evidence(stage, id)).toMatchObject([{ level: 'channel' }])
    expect(stage.ofType('relay.answered')).toMatchObject([{ via: 'channel:slack', level: 'channel' }])
  })

  it('about a view that was cut is a denial, or of level channel', async () => {
    const stage = await RelayStage.open()
    const text = `select '${'x'.repeat(9_000)}'`
    const id = await asked(stage, { text })
    expect(await stage.desk.viewFor(id, undefined, never)).toMatchObject({ complete: false, allowUpTo: 'channel' })
    for (const level of ['signed', 'phishing-resistant'] as const) {
      expect(await stage.decide('ann', id, { level })).toEqual({ decided: false, reason: 'partial-view' })
    }
    expect(await stage.decide('ann', id, { level: 'channel' })).toMatchObject({ decided: true })
    expect(await stage.decide('bob', id, { decision: 'deny' })).toMatchObject({ decided: true })
  })

  it('is refused once its request is over, expired or never was', async () => {
    const stage = await RelayStage.open()
    const [id, expiring] = [await asked(stage), await asked(stage, { expiresAtMs: Date.now() + 600_000 })]
    const digest = (await stage.desk.viewFor(id, undefined, never))?.digest ?? ''
    await stage.orders.end(id, 'withdrawn')
    expect(await stage.decide('ann', id, { viewDigest: digest })).toEqual({ decided: false, reason: 'over' })
    expect(await stage.decide('ann', 'f'.repeat(32))).toEqual({ decided: false, reason: 'unknown' })
    expect(stage.desk.entry(expiring)).toBeDefined()
  })

  it('is refused at the very moment when its request expires', async () => {
    const clock = fixedClock(Date.now())
    const stage = await RelayStage.open({ clock })
    const id = await asked(stage, { expiresAtMs: clock.wallMs() + 60_000 })
    const view = await stage.desk.viewFor(id, undefined, never)
    clock.advance(60_000)
    const said = await stage.decide('ann', id, { viewDigest: view?.digest ?? '' })
    expect(said).toEqual({ decided: false, reason: 'expired' })
    // A clock that is set back brings nothing back.
    clock.setWall(clock.wallMs() - 60_000)
    expect(await stage.decide('ann', id, { viewDigest: view?.digest ?? '' })).toEqual({
      decided: false,
      reason: 'over',
    })
  })

  it('is over when the request ends while it is being signed', async () => {
    let sign = (): void => undefined
    const stage = await RelayStage.open()
    const id = await asked(stage)
    await stage.stop()
    const { createSignerKey, fileSigner } = await import('../src/file-signer.js')
    await createSignerKey(stage.path('slow.json'))
    const signer = await fileSigner(stage.path('slow.json'))
    const slow = {
      ...signer,
      sign: async (input: Uint8Array, signal: AbortSignal) => {
        await new Promise<void>((resolve) => {
          sign = resolve
        })
        return signer.sign(input, signal)
      },
    }
    const start = sign
    await stage.start({ signer: slow })
    const saying = stage.decide('ann', id)
    await expect.poll(() => sign !== start).toBe(true)
    await stage.orders.end(id, 'withdrawn')
    sign()
    expect(await saying).toEqual({ decided: false, reason: 'over' })
    expect(stage.ofType('relay.answered')).toEqual([])
  })

  it('is refused past so many of one person in a minute, whichever account they use', async () => {
    const clock = fixedClock(Date.now())
    const stage = await RelayStage.open({ clock, limits: { decisionsPerPersonPerMinute: 2 } })
    const ids = [await asked(stage), await asked(stage), await asked(stage)] as const
    expect(await stage.decide('ann', ids[0])).toMatchObject({ decided: true })
    expect(await stage.decide('ann-admin', ids[1])).toMatchObject({ decided: true })
    expect(await stage.decide('ann', ids[2])).toEqual({ decided: false, reason: 'too-many' })
    expect(await stage.decide('bob', ids[2])).toMatchObject({ decided: true })
    clock.advance(60_000)
    expect(await stage.decide('ann', ids[2])).toMatchObject({ decided: true })
  })

  it.each<[string, object]>([
    ['a decision that is none', { decision: 'maybe' }],
    ['a level that is none', { level: 'asserted' }],
    ['a way that is none', { via: { kind: 'engine', name: 'x' } }],
    ['a reason that is too long', { reason: 'x'.repeat(1_001) }],
    ['a reason that is half a character', { reason: '\ud800' }],
    ['an account without an id', { person: { subject: { issuer: people, id: '' } } }],
  ])('is refused with %s', async (_what, change) => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    expect(await stage.decide('ann', id, change as Partial<DeskDecision>)).toEqual({
      decided: false,
      reason: 'malformed',
    })
  })

  it('is in the record before it is handed out, with who, how and why', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    await stage.decide('ann', id, { decision: 'deny', reason: 'use the migration' })
    expect(stage.ofType('relay.answered')).toMatchObject([
      {
        engine: 'orders',
        request: id,
        n: 1,
        decision: 'deny',
        by: { issuer: people, id: 'ann' },
        person: '#ann',
        level: 'signed',
        via: 'page:oidc',
        reason: 'use the migration',
      },
    ])
  })

  it('fails when the key is another one than the one that is shown, and nothing is handed out', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    await stage.stop()
    const { createSignerKey, fileSigner } = await import('../src/file-signer.js')
    await createSignerKey(stage.path('other.json'))
    const [shown, other] = [await fileSigner(stage.path('key.json')), await fileSigner(stage.path('other.json'))]
    await stage.start({ signer: { ...shown, sign: (input, signal) => other.sign(input, signal) } })
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'failed' })
    expect(await evidence(stage, id)).toEqual([])
    await stage.stop()
    await stage.start()
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
  })

  it('is told to whoever listens, and one who throws is no harm', async () => {
    const stage = await RelayStage.open()
    const seen: string[] = []
    stage.desk.on('added', () => {
      throw new Error('a listener failed')
    })
    stage.desk.on('added', (id) => seen.push(`added ${id}`))
    stage.desk.on('changed', (id) => seen.push(`changed ${id}`))
    const stop = stage.desk.on('ended', (id, { end }) => seen.push(`${end} ${id}`))
    const id = await asked(stage)
    await stage.decide('ann', id)
    await stage.orders.receipts(id, { n: 1, counted: true })
    await stage.orders.end(id, 'consumed')
    stop()
    await stage.orders.end(await asked(stage), 'void')
    expect(seen.slice(0, 4)).toEqual([`added ${id}`, `changed ${id}`, `changed ${id}`, `consumed ${id}`])
    expect(seen).toHaveLength(5)
    expect(stage.failures).toHaveLength(2)
  })
})

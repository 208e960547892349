import { readRequest } from '@bothkeys/core/relay'
import { signedApprover } from '@bothkeys/core'
import { fixedClock } from '@bothkeys/core/testing'
import { describe, expect, it } from 'vitest'
import type { DeskPerson } from '../src/desk.js'
import { envelopeOf } from './support/envelopes.js'
import { people, RelayStage } from './support/relay-stage.js'
import { issuer } from './support/test-engine.js'

const minuteMs = 60_000

interface Waiting {
  readonly stage: RelayStage
  readonly clock: ReturnType<typeof fixedClock>
  readonly id: string
  /** What the engine would take of the answers, were it to come now. */
  readonly taken: () => Promise<readonly string[]>
}

/** A request that waits for three hours while its engine is away. */
async function waiting(): Promise<Waiting> {
  const clock = fixedClock(Date.now())
  const stage = await RelayStage.open({ clock })
  const { body, id } = envelopeOf({ expiresAtMs: clock.wallMs() + 180 * minuteMs })
  expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
  const jwks = (await (await fetch(`${stage.url}/jwks.json`)).json()) as { keys: object[] }
  const engine = signedApprover({ name: 'relay', issuer, jwks, clock })
  const { subject } = readRequest(body)
  const taken = async (): Promise<readonly string[]> => {
    const answers = stage.desk.ofEngine('orders', id)?.evidenceAfter(0) ?? []
    const read = answers.map(async ({ evidence, n }) => {
      const vote = await engine.verify?.(evidence, subject, new AbortController().signal).catch(() => undefined)
      return vote === undefined ? `${String(n)} void` : `${String(n)} ${vote.decision}`
    })
    return Promise.all(read)
  }
  return { stage, clock, id, taken }
}

describe('an answer to an engine that is away', () => {
  it('that is a no is taken for as long as the request waits', async () => {
    const { clock, id, stage, taken } = await waiting()
    await stage.decide('ann', id, { decision: 'deny' })
    clock.advance(170 * minuteMs)
    expect(await taken()).toEqual(['1 deny'])
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'already-answered' })
  })

  it('that is a yes runs out after ten minutes, and then the person can answer again', async () => {
    const { clock, id, stage, taken } = await waiting()
    await stage.decide('ann', id)
    clock.advance(9 * minuteMs)
    expect(await taken()).toEqual(['1 allow'])
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'already-answered' })
    clock.advance(minuteMs)
    expect(await stage.decide('ann-admin', id)).toMatchObject({ decided: true, n: 2, atMs: clock.wallMs() })
    clock.advance(minuteMs)
    expect(await taken()).toEqual(['1 void', '2 allow'])
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'already-answered' })
  })

  it('can be given again only by somebody whom the directory still lets in', async () => {
    let disabled = false
    const clock = fixedClock(Date.now())
    const stage = await RelayStage.open({
      clock,
      directory: { resolve: () => ({ kind: 'human', person: 'ann', disabled }) },
    })
    const { body, id } = envelopeOf({ expiresAtMs: clock.wallMs() + 60 * minuteMs })
    await stage.orders.ask(body)
    await stage.decide('ann', id)
    clock.advance(15 * minuteMs)
    disabled = true
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'refused-by-directory' })
  })

  it('is the same after a restart', async () => {
    const { clock, id, stage } = await waiting()
    await stage.decide('ann', id)
    await stage.stop()
    await stage.start({ clock })
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'already-answered' })
    clock.advance(10 * minuteMs)
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, n: 2 })
  })

  it('that was not counted can be given again at once', async () => {
    const { id, stage } = await waiting()
    await stage.decide('ann', id)
    await stage.orders.receipts(id, { n: 1, counted: false, reason: 'level-too-low' })
    expect(await stage.decide('ann', id, { level: 'phishing-resistant' })).toMatchObject({ decided: true, n: 2 })
    await stage.orders.receipts(id, { n: 2, counted: true })
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'already-answered' })
  })
})

describe('the answers to one request', () => {
  it('are those of sixteen people at most, and 64 in all', async () => {
    const clock = fixedClock(Date.now())
    const stage = await RelayStage.open({
      clock,
      limits: { decisionsPerPersonPerMinute: 1_000 },
      directory: { resolve: ({ id }) => ({ kind: 'human', person: id, disabled: false }) },
    })
    const { body, id } = envelopeOf({ expiresAtMs: clock.wallMs() + 180 * minuteMs })
    await stage.orders.ask(body)
    const person = (n: number): { readonly person: DeskPerson } => ({
      person: { subject: { issuer: people, id: `p${String(n)}` } },
    })
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 16; n++) expect(await stage.decide('', id, person(n))).toMatchObject({ decided: true })
      if (round === 0) expect(await stage.decide('', id, person(16))).toEqual({ decided: false, reason: 'too-many' })
      clock.advance(11 * minuteMs)
    }
    expect(await stage.decide('', id, person(0))).toEqual({ decided: false, reason: 'too-many' })
  })

  it('of one person that are never counted leave two to everybody else', async () => {
    const stage = await RelayStage.open({ limits: { decisionsPerPersonPerMinute: 1_000 } })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const answers: unknown[] = []
    for (let n = 1; n <= 64; n++) {
      answers.push(await stage.decide('bob', id))
      await stage.orders.receipts(id, { n, counted: false, reason: 'not-eligible' })
    }
    expect(answers.at(-1)).toEqual({ decided: false, reason: 'too-many' })
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
    await stage.orders.receipts(id, { n: 35, counted: false, reason: 'level-too-low' })
    expect(await stage.decide('ann', id, { decision: 'deny' })).toMatchObject({ decided: true })
    expect(stage.desk.entry(id)?.answers.map(({ by }) => by.subject.id)).toEqual([
      ...Array.from({ length: 34 }, () => 'bob'),
      'ann',
      'ann',
    ])
  })
})

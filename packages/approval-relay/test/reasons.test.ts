import { maxEvidence } from '@bothkeys/core/relay'
import { describe, expect, it } from 'vitest'
import { claimsOf } from './support/claims.js'
import { envelopeOf } from './support/envelopes.js'
import { GuardedEngine } from './support/guarded-engine.js'
import { people, RelayStage } from './support/relay-stage.js'

async function evidenceOf(stage: RelayStage, id: string): Promise<string> {
  const { body } = await stage.orders.answers(id)
  const [answer] = body['answers'] as { evidence: string }[]
  return answer?.evidence ?? ''
}

describe('the words of whoever denies', () => {
  it('are in the record of the engine', async () => {
    const stage = await RelayStage.open()
    const engine = await GuardedEngine.open(stage, stage.orders)
    const running = engine.deletes()
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const id = stage.desk.pending()[0]?.request.id ?? ''
    const said = await stage.decide('ann', id, { decision: 'deny', reason: 'use the migration, "0042"' })
    expect(said).toMatchObject({ decided: true })
    expect(await running).toBe('ERR_APPROVAL_DENIED')
    const told = [{ request: id, decision: 'deny', reason: 'use the migration, "0042"' }]
    expect(engine.ofType('approval.vote')).toMatchObject(told)
  })

  it('hide nothing, wherever they are read', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const reason = '\u001b[2J use\r\nthe\tmigration\u202e\u200b\u{e0041}\u0000 \u{1f512}'
    await stage.decide('ann', id, { decision: 'deny', reason })
    const words = '[2J use  the migration \u{1f512}'
    expect(claimsOf(await evidenceOf(stage, id))).toMatchObject({ dec: 'deny', reason: words })
    expect(stage.ofType('relay.answered')).toMatchObject([{ reason: words }])
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ reason: words }])
  })

  it('are none when all of them is hidden', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    await stage.decide('ann', id, { decision: 'deny', reason: ' \u200b\n\u0007' })
    expect(claimsOf(await evidenceOf(stage, id))).not.toHaveProperty('reason')
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ reason: undefined }])
  })

  it.each(['\u6f22', '"', '\\', '\u{1f512}', '\u00e9'])('fit into what an engine reads: %s', async (worst) => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const reason = worst.repeat(1_000 / worst.length)
    expect(await stage.decide('ann', id, { decision: 'deny', reason })).toMatchObject({ decided: true })
    const evidence = await evidenceOf(stage, id)
    expect(claimsOf(evidence)).toMatchObject({ reason })
    expect(evidence.length).toBeLessThanOrEqual(maxEvidence)
  })

  it('stay behind when an engine would not read so much, and the denial does not', async () => {
    const who = { issuer: people, id: '\u6f22'.repeat(900) }
    const stage = await RelayStage.open({
      directory: { resolve: () => ({ kind: 'human', person: 'ann', disabled: false }) },
    })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const reason = '\u6f22'.repeat(1_000)
    const said = await stage.decide('ann', id, { decision: 'deny', reason, person: { subject: who } })
    expect(said).toMatchObject({ decided: true })
    const evidence = await evidenceOf(stage, id)
    expect(claimsOf(evidence)).toMatchObject({ dec: 'deny', sub: who.id })
    expect(claimsOf(evidence)).not.toHaveProperty('reason')
    expect(evidence.length).toBeLessThanOrEqual(maxEvidence)
    expect(stage.ofType('relay.answered')).toMatchObject([{ reason }])
  })

  it('are of no decision that no engine could read', async () => {
    const issuer = `https://${'\u6f22'.repeat(1_000)}`
    const stage = await RelayStage.open({
      directory: { resolve: () => ({ kind: 'human', person: 'ann', disabled: false }) },
    })
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const person = { subject: { issuer, id: '\u6f22'.repeat(1_000) } }
    expect(await stage.decide('ann', id, { decision: 'deny', person })).toEqual({ decided: false, reason: 'failed' })
    expect((await stage.orders.answers(id)).body).toMatchObject({ answers: [] })
  })
})

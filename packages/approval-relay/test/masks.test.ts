import { describe, expect, it } from 'vitest'
import { requestBody } from '../src/pages/request-page.js'
import { claimsOf } from './support/claims.js'
import { envelopeOf } from './support/envelopes.js'
import type { RequestParts } from './support/envelopes.js'
import { never, people, RelayStage } from './support/relay-stage.js'

const masks = [{ resource: 'table:public.cards', clearFor: ['pii'] }]
const cards = { duty: 'write', resource: 'table:public.cards', attributes: { columns: ['c0lumn'] } }
const secret = {
  text: "update cards set pan = 'k4111-s3cret' where id = $1",
  parameters: ['s3cret-parameter'],
  settings: { search_path: 's3cret-path' },
  effects: [cards],
}

async function views(stage: RelayStage, parts: RequestParts) {
  const { body, id } = envelopeOf(parts)
  await stage.orders.ask(body)
  const of = (who: string) => stage.desk.viewFor(id, { subject: { issuer: people, id: who } }, never)
  return { id, ann: await of('ann'), bob: await of('bob'), anybody: await stage.desk.viewFor(id, undefined, never) }
}

describe('a request about what is masked', () => {
  it('shows whoever holds the role everything, and everybody else neither statement nor parameters', async () => {
    const stage = await RelayStage.open({ masks })
    const { ann, anybody, bob } = await views(stage, secret)
    expect(ann).toMatchObject({ masked: false, complete: true, allowUpTo: 'phishing-resistant' })
    expect(ann?.text).toContain('k4111-s3cret')
    for (const masked of [bob, anybody]) {
      expect(masked).toMatchObject({ masked: true, complete: false, allowUpTo: 'channel' })
      expect(masked?.text).not.toMatch(/s3cret|k4111|c0lumn/)
      expect(masked?.text).toContain('adds or changes rows of public.cards')
      expect(masked?.text).toContain('parameters withheld')
    }
    expect(bob?.digest).not.toBe(ann?.digest)
  })

  it('is nowhere at the desk but in the views of those who may see it', async () => {
    const stage = await RelayStage.open({ masks })
    const { ann, anybody, bob, id } = await views(stage, secret)
    const kept = [stage.desk.entry(id), ...stage.desk.pending(), bob, anybody]
    expect(JSON.stringify(kept)).not.toMatch(/s3cret|k4111|c0lumn/)
    expect(ann?.request).toMatchObject({ text: secret.text, parameters: secret.parameters })
    expect(ann?.request).not.toHaveProperty('exact')
    expect(stage.desk.entry(id)?.request).toMatchObject({ id, engine: 'orders', effects: [{ duty: 'write' }] })
  })

  it('is withheld all the same where the policy masks a part of it, with what stands for its text', async () => {
    const stage = await RelayStage.open({ masks })
    const hidden = {
      rules: [{ rule: 'pii', values: null, except: [] }],
      text: 'update c0lumn',
      spans: [],
      parameters: [1],
    }
    const { ann, bob, id } = await views(stage, { ...secret, hidden })
    expect(ann).toMatchObject({ masked: false, complete: false, allowUpTo: 'channel' })
    expect(ann?.text).toContain('| update c0lumn')
    expect(ann?.text).not.toMatch(/k4111|s3cret-parameter/)
    expect(JSON.stringify(ann)).not.toMatch(/k4111|s3cret-parameter/)
    expect(JSON.stringify([bob, stage.desk.entry(id)])).not.toMatch(/s3cret|k4111|c0lumn/)
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'partial-view' })
  })

  it('can be allowed at channel where the policy masks a part, and its page and what Slack shows have nothing of that', async () => {
    const stage = await RelayStage.open()
    const start = secret.text.indexOf("'")
    const hidden = {
      rules: [{ rule: 'pii', values: 2, except: [] }],
      text: null,
      spans: [{ start, end: secret.text.indexOf("'", start + 1) + 1 }],
      parameters: [1],
    }
    const { ann, anybody, id } = await views(stage, { ...secret, settings: {}, hidden })
    expect(ann).toMatchObject({
      complete: false,
      hidden: true,
      masked: false,
      allowUpTo: 'channel',
      digest: anybody?.digest,
    })
    expect(ann?.text).toContain('| update cards set pan = [masked] where id = $1')
    const entry = stage.desk.entry(id)
    if (entry === undefined || ann === undefined) throw new Error('there is no such request')
    const person = { subject: { issuer: people, id: 'ann' } }
    const session = { person, level: 'signed', method: 'house', formToken: 't' } as const
    const page = requestBody({
      entry,
      view: ann,
      session,
      nowMs: 0,
      gravity: [],
      approving: undefined,
      denying: undefined,
    })
    expect(String(page)).toContain('[masked]')
    expect(String(page) + JSON.stringify([ann, anybody, entry])).not.toMatch(/k4111|s3cret/)
    expect(await stage.decide('ann', id, { viewDigest: ann.digest })).toMatchObject({ reason: 'partial-view' })
    const channel = { via: { kind: 'channel', name: 'chat' }, level: 'channel' } as const
    expect(await stage.decide('ann', id, { viewDigest: ann.digest, ...channel })).toMatchObject({
      decided: true,
      level: 'channel',
    })
  })

  it('is shown in clear to those whom the policy leaves out, who sign what they saw', async () => {
    const stage = await RelayStage.open()
    const hidden = {
      rules: [{ rule: 'pii', values: 1, except: ['pii'] }],
      text: 'update c0lumn',
      spans: [],
      parameters: [1],
    }
    const { ann, anybody, bob, id } = await views(stage, { ...secret, hidden })
    expect(ann).toMatchObject({ complete: true, hidden: false, allowUpTo: 'phishing-resistant' })
    expect(ann?.text).toContain('k4111-s3cret')
    for (const masked of [bob, anybody]) {
      expect(masked).toMatchObject({ complete: false, hidden: true, allowUpTo: 'channel' })
      expect(JSON.stringify(masked)).not.toMatch(/k4111|s3cret-parameter/)
    }
    expect(JSON.stringify(stage.desk.entry(id))).not.toMatch(/k4111|s3cret-parameter/)
    expect(await stage.decide('bob', id, { viewDigest: ann?.digest ?? '' })).toMatchObject({ reason: 'other-view' })
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, level: 'signed' })
    const [answer] = stage.desk.entry(id)?.answers ?? []
    expect(answer).toMatchObject({ decision: 'allow', level: 'signed' })
    const { body } = await stage.orders.answers(id)
    const [{ evidence }] = body['answers'] as [{ evidence: string }]
    expect(claimsOf(evidence)).toMatchObject({ req: id, dec: 'allow', view: ann?.digest })
  })

  it('cannot be allowed at signed by whoever was shown a part, and can be denied', async () => {
    const stage = await RelayStage.open({ masks })
    const { ann, id } = await views(stage, secret)
    expect(await stage.decide('bob', id)).toEqual({ decided: false, reason: 'partial-view' })
    expect(await stage.decide('bob', id, { viewDigest: ann?.digest ?? '' })).toEqual({
      decided: false,
      reason: 'other-view',
    })
    expect(await stage.decide('bob', id, { decision: 'deny' })).toMatchObject({ decided: true })
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
    expect(stage.ofType('relay.answered').map(({ masked }) => masked)).toEqual([true, false])
  })

  it('is denied in a channel by whoever may see it, as it is shown to all there', async () => {
    const stage = await RelayStage.open({ masks })
    const { ann, anybody, id } = await views(stage, secret)
    const shown = { viewDigest: anybody?.digest ?? '' }
    const channel = { kind: 'channel', name: 'chat' } as const
    expect(ann?.digest).not.toBe(anybody?.digest)
    expect(await stage.decide('ann', id, { ...shown, decision: 'deny' })).toMatchObject({ reason: 'other-view' })
    const yes = { ...shown, via: channel, level: 'channel' } as const
    expect(await stage.decide('ann', id, yes)).toMatchObject({ reason: 'other-view' })
    const no = { ...shown, decision: 'deny', via: channel, level: 'channel' } as const
    expect(await stage.decide('ann', id, no)).toMatchObject({ decided: true, level: 'channel' })
    expect(stage.ofType('relay.answered').map(({ masked }) => masked)).toEqual([true])
  })

  it.each<[string, RequestParts, boolean]>([
    ['another table', { effects: [{ ...cards, resource: 'table:public.users' }] }, false],
    ['the table beside others', { effects: [{ ...cards, resource: 'table:public.users' }, cards] }, true],
    ['what was not understood', { effects: [{ ...cards, duty: 'opaque', resource: 'table:public.users' }] }, true],
    ['a resource that cannot be read', { effects: [{ ...cards, resource: 'cards' }] }, true],
  ])('is known by its effects: %s', async (_what, parts, masked) => {
    const stage = await RelayStage.open({ masks })
    expect((await views(stage, parts)).bob?.masked).toBe(masked)
  })

  it('may be masked on one target alone, and needs a role for each mask', async () => {
    const two = [...masks, { resource: 'table:**', target: 'vault', clearFor: ['keeper'] }]
    const stage = await RelayStage.open({ masks: two })
    expect((await views(stage, { effects: [cards] })).ann?.masked).toBe(false)
    expect((await views(stage, { effects: [cards], target: 'vault' })).ann?.masked).toBe(true)
  })

  it.each([
    [{ resource: 'cards', clearFor: [] }],
    [{ resource: 'table:a', clearFor: 'pii' }],
    [{ resource: 'table:a', clearFor: [], clearfor: ['pii'] }],
    [{ resource: 'table:a', clearFor: [], target: 1 }],
  ])('is no option as %j', async (mask) => {
    await expect(RelayStage.open({ masks: [mask as never] })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { ApprovalRequest, Approver } from '../../src/approvals/approver.js'
import { readRequest } from '../../src/approvals/read-request.js'
import { requestEnvelope } from '../../src/approvals/request-envelope.js'
import type { Description } from '../../src/model/action.js'
import type { GivenValue, Lineage } from '../../src/model/lineage.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import type { Admission } from '../../src/admission.js'
import { ask, bench, describeAs, verdict } from './support.js'

const canary = 'jane@canary.example'
const users = 'table:public.users'
const email = { resource: users, column: 'email' }
const id = { resource: users, column: 'id' }
const anything = { resource: '*', column: '*' }

const pii = { id: 'pii', target: 'db', columns: ['public.users.email'], with: 'redact', lookup: { distinct: '9/h' } }
const found = { id: 'found', target: 'db', detect: ['email', 'credit-card'], with: 'redact' }

function policyWith(mask: readonly object[], level = 'asserted'): Readonly<Record<string, unknown>> {
  return {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: {
      agent: [{ target: 'db', duty: ['read', 'write'] }],
      dba: [{ target: 'db', duty: 'approve' }],
    },
    hold: [
      {
        id: 'hold-writes',
        target: 'db',
        duty: 'write',
        require: [{ stage: 'dba', count: 1, role: 'dba' }],
        ttl: '1m',
        level,
      },
    ],
    mask,
  }
}

const text = `update users set email = '${canary}' where id = $1 -- mail ${canary}`
const recordedText = 'update users set email = ? where id = $1'

function writing(lineage: Partial<Lineage> | undefined, changes: Partial<Description> = {}): Description {
  const known = { outputs: [], elsewhere: [], lookups: [], read: [], relations: [], written: [], ...lineage }
  return Object.freeze({
    ...describeAs('write'),
    text,
    recordedText,
    ...(lineage === undefined ? {} : { lineage: Object.freeze(known) }),
    ...changes,
  })
}

interface Asked {
  readonly request: ApprovalRequest | undefined
  readonly admission: Admission
  readonly record: string
}

/** Has an action asked about, and denied. */
async function asked(
  mask: readonly object[],
  description: Description,
  parameters: readonly SnapshotValue[] = [],
  { level, verifies = false }: { readonly level?: string; readonly verifies?: boolean } = {},
): Promise<Asked> {
  let request: ApprovalRequest | undefined
  const observed: unknown[] = []
  const approver: Approver = {
    name: 'looks',
    level: verifies ? 'phishing-resistant' : 'asserted',
    ask: (shown) => {
      request = shown
      return Promise.reject(new Error('nobody is there'))
    },
    ...(verifies && { verify: () => Promise.reject(new Error('none')) }),
  }
  const on = await bench({ approvers: [approver], policy: policyWith(mask, level) })
  for (const name of ['held', 'denied', 'failure', 'settled', 'permitted'] as const) {
    on.guard.on(name, (event: unknown) => observed.push(event))
  }
  const { access, close } = await on.access()
  const admission = await ask(access, description, { parameters })
  await close()
  return { request, admission, record: inspect([on.events, observed, admission], { depth: 20 }) }
}

function shownOf({ request }: Asked): ApprovalRequest {
  if (request === undefined) throw new Error('nobody was asked')
  return request
}

/** Whatever of a request may get to a screen, a log or a copy. */
const everything = (request: ApprovalRequest): string =>
  [request.view.text, JSON.stringify(request), inspect(request, { depth: 20 }), JSON.stringify({ ...request })].join()

describe('what approvers see of values that meet a masked column', () => {
  it.each<[string, Partial<Lineage> | undefined]>([
    ['written to one', { written: [email] }],
    ['looked up in one', { lookups: [{ ...email, values: 1 }] }],
    ['beside one in what is given back', { outputs: [{ sources: [email], plain: false }], read: [email] }],
    ['in what gives columns that nobody can tell', { outputs: undefined, read: [email] }],
    ['in a program, which may write anywhere', { written: [anything] }],
    ['where nobody can tell what is written', { written: undefined as never }],
  ])('is none where nobody can tell which values do: %s', async (_what, lineage) => {
    const asking = await asked([pii], writing(lineage), [canary, 7])
    const request = shownOf(asking)
    expect(everything(request)).not.toContain('canary')
    expect(request).toMatchObject({ text: recordedText, parameters: ['[masked]', '[masked]'] })
    expect(request.view).toMatchObject({ complete: false, masked: true })
    expect(request.view.text).toContain('\n  masked     any by pii\n')
    expect(request.view.text).toContain('\n  statement  without its values, as the engine writes it\n')
    expect(request.view.text).toContain('! VALUES ARE MASKED, SO IT CANNOT BE APPROVED AT LEVEL signed OR ABOVE.')
    expect(asking.record).not.toContain('canary')
  })

  it('is none of an action without a lineage', async () => {
    const request = shownOf(await asked([pii], writing(undefined), [canary]))
    expect(everything(request)).not.toContain('canary')
    expect(request.parameters).toEqual(['[masked]'])
  })

  it('is none where the rule leaves out whoever asks, but not them', async () => {
    const left = { ...pii, except: ['agent'] }
    const literals = writing({ written: [email], given: [{ place: { parameter: 1 }, columns: [email] }] })
    const known = shownOf(await asked([left], literals, [canary]))
    expect(known.parameters).toEqual(['[masked]'])
    const untold = shownOf(await asked([left], writing({ written: [email] }), [canary]))
    expect(untold).toMatchObject({ text: recordedText, parameters: ['[masked]'] })
    const inTexts = shownOf(await asked([{ ...found, except: ['agent'] }], writing({ written: [id] }), [canary]))
    for (const request of [known, untold, inTexts]) {
      expect(request.hidden?.rules).toMatchObject([{ except: ['agent'] }])
      expect(request.view).toMatchObject({ complete: false, masked: true })
    }
    expect(everything(untold) + everything(inTexts)).not.toContain('canary')
  })

  it.each<[string, readonly object[], Partial<Lineage>]>([
    ['nothing is masked', [], { written: [email] }],
    ['another column is written', [pii], { written: [id], read: [id] }],
    ['a masked one is given back as it stands', [pii], { outputs: [{ sources: [email], plain: true }], read: [email] }],
    ['the values meet others', [pii], { written: [email], given: [{ place: { parameter: 1 }, columns: [id] }] }],
  ])('is all of them where %s', async (_what, mask, lineage) => {
    const request = shownOf(await asked(mask, writing(lineage), [canary]))
    expect(request).toMatchObject({ text, parameters: [canary], hidden: undefined })
    expect(request.view).toMatchObject({ complete: true, masked: false })
    expect(request.view.text).not.toContain('mask')
  })

  it('is what the text has without values where it has none', async () => {
    const plain = writing({ written: [email] }, { text: recordedText, recordedText })
    const bare = shownOf(await asked([pii], plain))
    expect(bare).toMatchObject({ text: recordedText, hidden: undefined })
    expect(bare.view.complete).toBe(true)
    const withParameter = shownOf(await asked([pii], plain, [canary]))
    expect(withParameter).toMatchObject({ text: recordedText, parameters: ['[masked]'] })
    expect(withParameter.view.text).not.toContain('without its values')
    expect(everything(withParameter)).not.toContain('canary')
  })

  const start = text.indexOf(`'${canary}'`)
  const literal = { start, end: start + canary.length + 2 }
  const comment = { start: text.indexOf('--'), end: text.length }

  it('is what the others are where it is known which values meet one', async () => {
    const given: readonly GivenValue[] = [
      { place: comment, columns: undefined },
      { place: literal, columns: [email] },
      { place: { parameter: 1 }, columns: [id] },
      { place: { parameter: 2 }, columns: [email, id] },
    ]
    const asking = await asked([pii], writing({ written: [email], given }), [7, canary])
    const request = shownOf(asking)
    expect(request).toMatchObject({
      text: 'update users set email = [masked] where id = $1 [masked]',
      parameters: [7, '[masked]'],
    })
    expect(request.view.text).toContain('\n  masked     3 by pii\n')
    expect(request.view.text).not.toContain('without its values')
    expect(request.view).toMatchObject({ complete: false, masked: true })
    expect(everything(request)).not.toContain('canary')
  })

  it('is made anew of the exact action by whoever is asked elsewhere', async () => {
    const given: readonly GivenValue[] = [
      { place: literal, columns: [email] },
      { place: comment, columns: undefined },
    ]
    for (const lineage of [{ written: [email], given }, { written: [email] }, undefined]) {
      const request = shownOf(await asked([pii], writing(lineage), [7]))
      const read = readRequest(requestEnvelope({ ...request, exact: request.exact, expiresAt: request.expiresAt }))
      expect(read.view).toEqual(request.view)
      expect(read.subject).toEqual(request.subject)
      expect(read.digest).toBe(request.digest)
      expect(read).toMatchObject({ text: request.text, parameters: request.parameters })
      expect(inspect(read, { depth: 20 }) + JSON.stringify(read)).not.toContain('canary')
    }
  })

  it('is refused where the values stand in places that the action does not have', async () => {
    const places = [
      { start: 2, end: 1_000 },
      { start: 5, end: 5 },
      { start: -1, end: 2 },
      { parameter: 2 },
      { parameter: 0 },
    ]
    for (const place of places) {
      const given = [{ place, columns: [email] }]
      const asking = await asked([pii], writing({ written: [email], given }), [canary])
      expect([place, asking.request, verdict(asking.admission)]).toEqual([place, undefined, 'ERR_INTERNAL'])
      expect(asking.record).not.toContain('canary')
    }
    const half = [{ place: { start: 0, end: 1 }, columns: [email] }]
    const asking = await asked([pii], writing({ written: [email], given: half }, { text: '\u{1f512}' }))
    expect([asking.request, verdict(asking.admission)]).toEqual([undefined, 'ERR_INTERNAL'])
  })

  it('is refused where whoever has to tell them fails', async () => {
    const description = writing({ written: [email] })
    const lineage = Object.defineProperty({ ...description.lineage }, 'given', {
      get: () => {
        throw new Error(`no idea of ${canary}`)
      },
    }) as Lineage
    const asking = await asked([pii], { ...description, lineage }, [canary])
    expect([asking.request, verdict(asking.admission)]).toEqual([undefined, 'ERR_DENIED'])
    expect(asking.record).not.toContain('canary')
  })

  it('counts what each rule hides, and shows values that touch as one', async () => {
    const ids = { ...pii, id: 'ids', columns: ['public.users.id'] }
    const given: readonly GivenValue[] = [
      { place: { start: 10, end: 14 }, columns: [id] },
      { place: { start: 7, end: 10 }, columns: [email] },
      { place: { start: 8, end: 9 }, columns: [email] },
      { place: { parameter: 1 }, columns: [id, email] },
    ]
    const request = shownOf(
      await asked([pii, ids], writing({ written: [email], given }, { text: 'select abcdefgh' }), [1]),
    )
    expect(request.text).toBe('select [masked]h')
    expect(request.hidden?.rules).toEqual([
      { rule: 'ids', values: 2, except: [] },
      { rule: 'pii', values: 3, except: [] },
    ])
    expect(request.view.text).toContain('\n  masked     2 by ids, 3 by pii\n')
  })
})

describe('what detectors find in what approvers see', () => {
  const harmless: Partial<Lineage> = { written: [id] }

  it('is hidden in text and parameters, whatever they meet', async () => {
    // Too short for what looks through base64.
    const bytes = { $bytes: Buffer.from('a@bc.io').toString('base64') }
    const parameters = [`to ${canary}`, 'harmless', { deep: [canary] }, [1, bytes], null, 7]
    const request = shownOf(await asked([found], writing(harmless), parameters))
    expect(request.parameters).toEqual(['[masked]', 'harmless', '[masked]', '[masked]', null, 7])
    expect(request.text).toBe("update users set email = '[masked]' where id = $1 -- mail [masked]")
    expect(everything(request)).not.toContain('canary')
    expect(everything(request)).not.toContain(bytes.$bytes)
    expect(request.view.text).toContain('\n  masked     5 by found\n')
    expect(request.view).toMatchObject({ complete: false, masked: true })
  })

  it('is nothing where there is nothing', async () => {
    const plain = writing(harmless, { text: 'update users set id = $1', recordedText: 'update users set id = $1' })
    expect(shownOf(await asked([found], plain, [7])).view.complete).toBe(true)
  })

  it('leaves nothing of a text in whose names something stands', async () => {
    const named = writing({ written: [email] }, { recordedText: `update "${canary}" set a = ?` })
    const request = shownOf(await asked([pii, found], named, [7]))
    expect(request).toMatchObject({ text: '', parameters: ['[masked]'] })
    expect(everything(request)).not.toContain('canary')
  })
})

describe('a request with masked values', () => {
  it.each(['signed', 'phishing-resistant'])('is not asked for at level %s', async (level) => {
    const { admission, request } = await asked([pii], writing({ written: [email] }), [canary], {
      level,
      verifies: true,
    })
    expect(request).toBeUndefined()
    expect(verdict(admission)).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect(admission).toMatchObject({ refusal: { message: expect.stringContaining('pii masks values') as string } })
    expect(inspect(admission, { depth: 9 })).not.toContain('canary')
  })

  it('is asked for at signed where a role sees it in clear', async () => {
    const left = { ...pii, except: ['dba'] }
    const { request } = await asked([left], writing({ written: [email] }), [canary], {
      level: 'signed',
      verifies: true,
    })
    expect(request?.hidden?.rules).toEqual([{ rule: 'pii', values: null, except: ['dba'] }])
    expect(request?.parameters).toEqual(['[masked]'])
  })

  it('is asked for below, and at any level where nothing is masked', async () => {
    const below = await asked([pii], writing({ written: [email] }), [canary], { level: 'channel', verifies: true })
    expect(shownOf(below).view.masked).toBe(true)
    const whole = await asked([pii], writing({ written: [id] }), [canary], { level: 'signed', verifies: true })
    expect(shownOf(whole).view.complete).toBe(true)
  })
})

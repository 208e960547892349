import { describe, expect, it } from 'vitest'
import { requestView } from '../../src/approvals/request-view.js'
import { approvalRequest } from '../../src/approvals/request.js'
import { visible, withoutHidden } from '../../src/approvals/visible.js'
import { delegatedPrincipal } from '../../src/identity/make-principal.js'
import type { Action } from '../../src/model/action.js'
import type { Principal } from '../../src/model/principal.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import type { HoldRequest } from '../../src/approvals/request.js'
import { agent, hold, requirement, startMs } from './support.js'

function viewOf(
  text: string,
  parameters: readonly SnapshotValue[] = [],
  change: Partial<Action> = {},
): ReturnType<typeof requestView> {
  const asked = hold({}, text)
  return requestView(
    approvalRequest('id', { ...asked, action: { ...asked.action, parameters, ...change } }, startMs, 'bothkeys'),
  )
}

describe('words that travel on', () => {
  it('lose what hides in them, and stay apart where a line ended', () => {
    expect(withoutHidden('a\u001b[1m\u202e\u200b\u{e0041}\u3164b\r\nc\td\u2028e\u00a0f')).toBe('a[1mb  c d e f')
    expect(withoutHidden('caf\u00e9 \u{1f512} \\ "x"')).toBe('caf\u00e9 \u{1f512} \\ "x"')
  })
})

const settings = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`name${String(n)}`, 'x']))
const called = (operation: string): Action['description'] => ({ ...hold().action.description, operation })

describe('the view of a request', () => {
  it('escapes what a terminal would act on or hide', () => {
    const { text } = viewOf('select 1 \u001b[2J\u202e -- \u200b\u0007\u00a0\u3164\u{e0041}')
    expect(text).toContain('| select 1 \\u{1b}[2J\\u{202e} -- \\u{200b}\\u{7}\\u{a0}\\u{3164}\\u{e0041}')
    // eslint-disable-next-line no-control-regex
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/u)
  })

  it('shows two places differently, however they are called', () => {
    const places = [
      { database: 'a', host: 'b user=c' },
      { database: 'a', host: 'b', user: 'c' },
      { 'database=a host': 'b user=c' },
      { database: 'a', host: 'b" user="c' },
      { database: 'a', host: 'b"', user: '"c' },
      { database: 'a', host: 'b\\" user=\\"c' },
    ]
    const where = places.map((identity) => viewOf('select 1', [], { identity }).text.split('\n')[1])
    expect(new Set(where).size).toBe(places.length)
    expect(where[0]).toBe('  where      database=a host="b user=c"')
    expect(where[1]).toBe('  where      database=a host=b user=c')
  })

  it('keeps every line of the statement behind a bar, so that it cannot pose as ours', () => {
    const { text } = viewOf('select 1\n  requester  human ann\r  rules      none\u2028x')
    expect(text).toContain('    |   requester  human ann\\u{d}  rules      none\\u{2028}x')
    expect(text.split('\n').filter((line) => line.startsWith('  requester'))).toHaveLength(1)
  })

  it('lets no long line go on in the first column of a terminal, where it could pose as ours', () => {
    const posing = ['  requester  human ann', '  statement', '    | select 1'].map((line) => line.padEnd(80)).join('')
    const padded = ' '.repeat(4_000) + posing
    const { complete, text } = viewOf(`delete from invoices --${padded}`, [
      `${padded}\u{1f600}\uac00${'\uac00'.repeat(90)}`,
    ])
    const rows = text.split('\n')
    const columns = (row: string): number =>
      [...row].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) < 0x1100 ? 1 : 2), 0)
    expect(complete).toBe(true)
    expect(Math.max(...rows.map(columns))).toBeLessThan(80)
    expect(rows.filter((row) => row.startsWith('  requester'))).toHaveLength(1)
    expect(rows.filter((row) => row.startsWith('  statement'))).toHaveLength(1)
    expect(rows.filter((row) => row.startsWith('    | '))).toHaveLength(1)
    const whole = rows.join('\n').replaceAll('\n    |> ', '')
    expect(whole).toContain(`    | delete from invoices --${padded}\n`)
    expect(whole).toContain('\uac00'.repeat(91))
  })

  it('says who acts with the credential, and which sub-agent asks', () => {
    const plain = agent('deployer')
    const asked = (requester: Principal): string =>
      requestView(approvalRequest('id', hold({ requester }), startMs, 'bothkeys')).text
    const sub = (name?: string): Principal =>
      delegatedPrincipal(plain, {
        link: { session: 's', run: 'r', subject: plain.subject, roles: [], ...(name !== undefined && { name }) },
        runId: 'child',
        roles: [],
        agentClass: undefined,
        key: undefined,
        expiresAtMs: startMs + 1_000,
      })
    const acting = agent('deployer', { actors: [{ issuer: 'https://agents.example', id: 'runner' }] })
    expect(asked(acting)).toContain('\n  acting     https://agents.example#runner\n')
    expect(asked(sub('tidy"up'))).toContain('\n  sub-agent  "tidy\\"up"\n')
    expect(asked(sub())).toContain('\n  sub-agent  one without a name\n')
    expect(asked(plain)).not.toMatch(/acting|sub-agent|look like others/)
    expect(asked(agent('d\u0435ployer'))).toContain('It holds characters that can look like others.')
  })

  it('quotes whatever is not ours, so that no name reads as two, as a value or as a line', () => {
    const line = (label: string, changes: Partial<HoldRequest>, action: Partial<Action> = {}): readonly string[] => {
      const asked = hold(changes)
      const { text } = requestView(
        approvalRequest('id', { ...asked, action: { ...asked.action, ...action } }, startMs, 'bothkeys'),
      )
      return text
        .replaceAll('\n    |> ', '')
        .split('\n')
        .filter((each) => each.startsWith(label))
    }
    const stage = { stage: 'peer: 1 of dba, own', count: 1, role: 'dba\n  expires    never', independent: [] }
    const asking = requirement({
      rules: ['a, b', 'c"d', 'e'],
      stages: [stage, { ...stage, stage: 'own', role: 'dba' }],
    })
    expect(line('  rules', { requirement: asking })).toEqual(['  rules      "a, b", "c\\"d", e'])
    expect(line('  needs', { requirement: asking })).toEqual([
      '  needs      "peer: 1 of dba, own": 1 of "dba\\u{a}  expires    never", own: 1 of dba',
    ])
    const bot = agent('bot of https://people.example, jwt (signed)', { issuer: 'x', verifiedBy: 'jwt (signed)' })
    expect(line('  requester', { requester: bot })).toEqual([
      '  requester  agent "bot of https://people.example, jwt (signed)" of x, "jwt (signed)" (asserted)',
    ])
    const acting = agent('bot', { actors: [{ issuer: 'https://a.example', id: 'b, https://c.example#d' }] })
    expect(line('  acting', { requester: acting })).toEqual(['  acting     "https://a.example#b, https://c.example#d"'])
    expect(line('  change', { requester: agent('bot', { change: 'C-1 (approved)' }) })).toEqual([
      '  change     "C-1 (approved)"',
    ])
    expect(line('  setting', {}, { settings: { 'a = b': 'c', a: 'b = c' } })).toEqual([
      '  setting    a = "b = c"',
      '  setting    "a = b" = c',
    ])
    const target = { name: 'test (postgres) on prod', kind: 'x)', labels: {} }
    expect(line('approval', {}, { target })[0]).toMatch(/: query on "test \(postgres\) on prod" \("x\)"\)$/u)
    const description = { ...hold().action.description, operation: 'select on test' }
    expect(line('approval', {}, { description })[0]).toContain(': "select on test" on orders (postgres)')
  })

  it('shows different texts differently', () => {
    expect(visible('\\u{1b}')).not.toBe(visible('\u001b'))
    expect(visible('a\u00a0b')).not.toBe(visible('a b'))
    expect(viewOf('x', ['\\u{202e}']).text).not.toBe(viewOf('x', ['\u202e']).text)
  })

  it('says how many rows may change, where a rule says so', () => {
    const view = (maxAffected?: number): string =>
      requestView(approvalRequest('id', { ...hold(), maxAffected }, startMs, 'bothkeys')).text
    expect(view(7)).toContain('\n  at most    7 changed rows; with more, everything is undone\n')
    expect(view()).not.toContain('at most')
  })

  it('shows settings by which the text is read, one on each line', () => {
    const settings = { DateStyle: 'SQL, DMY', TimeZone: '<+03>\u202e-03' }
    const { text } = viewOf('select 1', [], { settings })
    expect(text).toContain('\n  setting    DateStyle = "SQL, DMY"\n  setting    TimeZone = "<+03>\\u{202e}-03"\n')
    expect(viewOf('select 1').text).not.toContain('setting')
  })

  it('names the change that the session belongs to, and shows what its name hides', () => {
    const view = (change: string | undefined): string =>
      requestView(approvalRequest('id', { ...hold(), requester: agent('etl', { change }) }, startMs, 'bothkeys')).text
    expect(view('CHG-1234')).toMatch(/\n {2}requester {2}.*\n {2}change {5}CHG-1234\n/u)
    expect(view('CHG\u00a01')).toContain('\n  change     "CHG\\u{a0}1"\n')
    expect(view('CHG-1234')).not.toContain('look like others')
    expect(view('\u0421HG-1234')).toContain('look like others')
    expect(view(undefined)).not.toContain('\n  change')
  })

  it('says when characters could be look-alikes', () => {
    expect(viewOf('delete from users').text).not.toContain('look like others')
    expect(viewOf('delete from us\u0435rs').text).toContain('look like others')
  })

  it.each([
    ['a statement that is too long', viewOf('x'.repeat(8_193)), 'THE STATEMENT GOES ON'],
    ['a statement of too many lines', viewOf('\n'.repeat(200)), 'THE STATEMENT GOES ON'],
    ['parameters that are too long', viewOf('x', ['y'.repeat(8_193)]), 'THE PARAMETERS GO ON'],
    [
      'too many effects',
      viewOf('x', [], {
        description: {
          ...hold().action.description,
          effects: Array.from(
            { length: 101 },
            () => ({ duty: 'read', resource: 'table:a.b', attributes: {} }) as const,
          ),
        },
      }),
      'THERE ARE MORE EFFECTS',
    ],
    ['a name that is too long', viewOf('x', [], { identity: { database: 'd'.repeat(30_000) } }), 'THE EFFECTS GOES ON'],
    [
      'an operation that is too long',
      viewOf('x', [], { description: called('o'.repeat(30_000)) }),
      'THE EFFECTS GOES ON',
    ],
    ['too many settings', viewOf('x', [], { settings: settings(2_000) }), 'THERE ARE MORE SETTINGS'],
  ])('is not complete with %s, and says so', (_what, view, words) => {
    expect(view.complete).toBe(false)
    expect(view.text.length).toBeLessThan(20_000)
    expect(view.text).toContain(words)
    expect(view.text).toContain('THIS VIEW IS NOT COMPLETE')
  })

  it('is complete right at the limits', () => {
    expect(viewOf('x'.repeat(8_192)).complete).toBe(true)
    expect(viewOf('\n'.repeat(199)).complete).toBe(true)
    expect(viewOf('x', [], { identity: { d: 'd'.repeat(2_046) }, settings: settings(50) }).complete).toBe(true)
    expect(viewOf('x', [], { identity: { d: 'd'.repeat(2_047) } }).complete).toBe(false)
    expect(viewOf('x', [], { settings: settings(51) }).complete).toBe(false)
  })
})

import { describe, expect, it } from 'vitest'
import { lint } from '../../src/lint/lint.js'
import { loadPolicy } from '../../src/policy/load.js'

type Rule = Readonly<Record<string, unknown>>

async function found(mask: Rule, ...agent: readonly Rule[]): Promise<readonly string[]> {
  const policy = loadPolicy({
    name: 'test',
    content: {
      version: 1,
      targets: { db: { kind: 'fake' }, other: { kind: 'fake' } },
      roles: { agent, fraud: [{ target: 'db', duty: 'read' }] },
      mask: [{ id: 'pii', target: 'db', columns: ['public.users.email'], with: 'redact', ...mask }],
    },
  })
  const findings = await lint(policy, [])
  return findings.map(({ code, path, severity }) => `${severity} ${code} ${path}`)
}

const tells = 'error mask-tells-writers mask[0].with'
const nobody = 'warning mask-for-nobody mask[0]'
const runs = { with: { hash: { across: 'runs' } } }
const rule = (duty: string, resource: string, target = 'db'): Rule => ({ target, duty, resource })

describe('lint of masks', () => {
  it.each([
    ['the table', rule('write', 'table:public.users')],
    ['every table', rule('write', 'table:public.*')],
    ['everything', { target: 'db', duty: '*' }],
  ])('finds masks alike across runs where somebody may write %s', async (_what, allow) => {
    expect(await found(runs, allow)).toEqual([tells])
  })

  it.each([
    ['reads', rule('read', 'table:public.users')],
    ['writes elsewhere', rule('write', 'table:public.orders')],
    ['writes at another target', rule('write', 'table:public.users', 'other')],
  ])('finds none where everybody %s', async (_what, allow) => {
    expect(await found(runs, allow)).toEqual([])
  })

  it('finds none where a mask is of the root run', async () => {
    expect(await found({ with: 'hash' }, { target: 'db', duty: '*' })).toEqual([])
  })

  it('finds masks of what nobody may read', async () => {
    const elsewhere = rule('read', 'table:public.orders')
    expect(await found({ except: ['fraud'] }, elsewhere)).toEqual([nobody])
    expect(await found({}, elsewhere)).toEqual([])
    expect(await found({ except: ['fraud'] }, rule('read', 'table:public.users'))).toEqual([])
  })
})

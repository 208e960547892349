import { describe, expect, it } from 'vitest'
import type { PrincipalFacts } from '../../src/identity/make-principal.js'
import { actorFragment, principalFragment } from '../../src/identity/principal-fragment.js'
import { isPrincipal, linkedPrincipal, makePrincipal } from '../../src/identity/make-principal.js'
import { canonicalJson } from '../../src/model/canonical-json.js'

const issuer = 'https://idp.example'
const base: PrincipalFacts = {
  kind: 'agent',
  issuer,
  id: 'etl-7',
  owners: [{ issuer, id: 'olga' }],
  agentClass: 'etl',
  runRoot: 'run-1',
  key: 'thumb',
  roles: ['ingest', 'ingest', 'reader'],
  verifiedBy: 'jwt',
  expiresAtMs: Date.parse('2030-01-01T00:00:00Z'),
}

describe('a principal', () => {
  it('is branded: nothing but the one that was made passes', () => {
    const made = makePrincipal(base)
    expect(isPrincipal(made)).toBe(true)
    const lookalikes: unknown[] = [
      { ...made },
      Object.create(made),
      JSON.parse(JSON.stringify(made)),
      null,
      'etl-7',
      7,
      undefined,
    ]
    for (const other of lookalikes) expect(isPrincipal(other)).toBe(false)
  })

  it('is frozen to the ground', () => {
    const made = makePrincipal(base)
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null || value instanceof Date) return
      expect(Object.isFrozen(value)).toBe(true)
      for (const member of Object.values(value)) walk(member)
    }
    walk(made)
    made.expiresAt.setFullYear(2099)
    expect(made.expiresAt.getFullYear()).toBe(2030)
  })

  it('does not change with what it was made of', () => {
    const roles = ['ingest']
    const owners = [{ issuer, id: 'olga' }]
    const made = makePrincipal({ ...base, roles, owners })
    roles.push('dba')
    owners.push({ issuer, id: 'eve' })
    expect(made.roles).toEqual(['ingest'])
    expect(made.owners).toEqual({ known: [`${issuer}#olga`] })
  })

  it('has unknown owners and class where an agent’s verifier was told nothing, and none where a person’s was', () => {
    const nothing = { owners: undefined, agentClass: undefined, key: undefined }
    expect(makePrincipal({ ...base, ...nothing })).toMatchObject({
      owners: 'unknown',
      agentClass: 'unknown',
      key: 'none',
    })
    expect(makePrincipal({ ...base, ...nothing, kind: 'workload' })).toMatchObject({
      owners: 'unknown',
      agentClass: 'unknown',
    })
    expect(makePrincipal({ ...base, ...nothing, kind: 'human' })).toMatchObject({ owners: 'none', agentClass: 'none' })
    expect(makePrincipal({ ...base, owners: [] }).owners).toBe('unknown')
  })

  it('has a root run that stays the same per issuer, subject and owners, and differs otherwise', () => {
    const root = (facts: Partial<PrincipalFacts>): string =>
      makePrincipal({ ...base, runRoot: undefined, ...facts }).run.root
    expect(root({})).toBe(root({ roles: [], expiresAtMs: base.expiresAtMs + 5, key: 'other' }))
    const owners = [
      { issuer, id: 'a' },
      { issuer, id: 'b' },
    ]
    expect(root({ owners })).toBe(root({ owners: owners.toReversed() }))
    const roots = [
      root({}),
      root({ id: 'etl-8' }),
      root({ issuer: 'https://other.example' }),
      root({ owners }),
      root({ owners: undefined }),
    ]
    expect(new Set(roots).size).toBe(roots.length)
  })

  it('is proven as its verifier says, and not at all where it says nothing', () => {
    expect(makePrincipal(base).level).toBe('asserted')
    expect(makePrincipal({ ...base, level: 'signed' }).level).toBe('signed')
    const recorded = principalFragment(makePrincipal({ ...base, level: 'signed' })).text
    expect(JSON.parse(recorded)).toMatchObject({ level: 'signed' })
    expect(actorFragment(makePrincipal({ ...base, level: 'signed' })).text).not.toBe(
      actorFragment(makePrincipal(base)).text,
    )
  })

  it('is canonical text for the record, serialised once', () => {
    const made = makePrincipal(base)
    const fragment = principalFragment(made)
    expect(principalFragment(made)).toBe(fragment)
    expect(canonicalJson({ actor: fragment })).toBe(
      '{"actor":{"agentClass":{"known":["etl"]},"expiresAt":"2030-01-01T00:00:00.000Z","key":{"known":["thumb"]},"kind":"agent",' +
        '"level":"asserted",' +
        `"owners":{"known":["${issuer}#olga"]},"roles":["ingest","reader"],"run":{"id":"run-1","root":"run-1"},` +
        `"subject":{"id":"etl-7","issuer":"${issuer}"},"verifiedBy":"jwt"}}`,
    )
  })
})

const bad: readonly (readonly [string, Partial<Record<keyof PrincipalFacts, unknown>>])[] = [
  ['an unknown kind', { kind: 'admin' }],
  ['an inherited kind name', { kind: 'constructor' }],
  ['an empty subject', { id: '' }],
  ['a subject that is a number', { id: 7 }],
  ['a subject with NUL', { id: 'a\u0000b' }],
  ['a subject with a line break', { id: 'a\nb' }],
  ['a subject with a bidi override', { id: 'a\u202eb' }],
  ['a subject with a zero-width space', { id: 'a\u200bb' }],
  ['a subject with a tag character', { id: 'a\u{e0041}b' }],
  ['a subject with a variation selector', { id: 'a\ufe0fb' }],
  ['a subject with a lone surrogate', { id: 'a\ud800' }],
  ['a subject with spaces around it', { id: ' ann' }],
  ['a subject that is too long', { id: 'x'.repeat(1_025) }],
  ['an empty issuer', { issuer: '' }],
  ['an issuer with a fragment', { issuer: `${issuer}#ann` }],
  ['an owner whose issuer has a fragment', { owners: [{ issuer: 'a#b', id: 'c' }] }],
  ['an empty owner', { owners: [{ issuer, id: '' }] }],
  ['too many owners', { owners: Array.from({ length: 65 }, (_, index) => ({ issuer, id: `o${String(index)}` })) }],
  ['too many roles', { roles: Array.from({ length: 257 }, (_, index) => `r${String(index)}`) }],
  ['roles that are no list', { roles: 'dba' }],
  ['no roles at all', { roles: undefined }],
  ['a role that is no string', { roles: [{}] }],
  ['an empty role', { roles: [''] }],
  ['a role with a control character', { roles: ['dba\u0007'] }],
  ['an empty run', { runRoot: '' }],
  ['an empty class', { agentClass: '' }],
  ['an empty key', { key: '' }],
  ['a level that nobody knows', { level: 'certain' }],
  ['a level that is inherited', { level: 'length' }],
  ['an expiry that is not a number', { expiresAtMs: Number.NaN }],
  ['an expiry that never comes', { expiresAtMs: Number.POSITIVE_INFINITY }],
  ['an expiry beyond what a Date holds', { expiresAtMs: 8.64e15 + 1 }],
  ['an expiry before time began', { expiresAtMs: -1 }],
]

describe('a principal cannot be made with', () => {
  it.each(bad)('%s', (_what, facts) => {
    expect(() => makePrincipal({ ...base, ...facts } as PrincipalFacts)).toThrow(
      expect.objectContaining({ code: 'ERR_TOKEN_INVALID' }) as Error,
    )
  })
})

describe('a principal with what a directory says', () => {
  const link = {
    person: undefined,
    aliases: [],
    owners: [`${issuer}#olga-admin`, '#olga'],
    agentClass: undefined,
    roles: ['reader'],
  }

  it('keeps the owners that it had and gets those of the directory', () => {
    const linked = linkedPrincipal(makePrincipal(base), link)
    expect(isPrincipal(linked)).toBe(true)
    expect(linked.owners).toEqual({ known: ['#olga', `${issuer}#olga`, `${issuer}#olga-admin`] })
    expect(linked).toMatchObject({ roles: ['reader'], agentClass: { known: ['etl'] }, kind: 'agent' })
  })

  it('keeps the run, so that a change in the directory resets no window', () => {
    const made = makePrincipal({ ...base, runRoot: undefined })
    expect(linkedPrincipal(made, link).run).toBe(made.run)
  })

  it('is frozen, and its expiry cannot be moved', () => {
    const linked = linkedPrincipal(makePrincipal({ ...base, kind: 'human' }), {
      ...link,
      aliases: [{ issuer, id: 'o2' }],
    })
    linked.expiresAt.setFullYear(2099)
    expect(linked.expiresAt.getFullYear()).toBe(2030)
    for (const part of [linked, linked.aliases, linked.aliases[0], linked.roles])
      expect(Object.isFrozen(part)).toBe(true)
  })

  it('is in the record with its accounts and the name of the person', () => {
    const made = makePrincipal({ ...base, kind: 'human', owners: undefined, agentClass: undefined })
    const linked = linkedPrincipal(made, { ...link, owners: [], person: 'olga', aliases: [{ issuer, id: 'o2' }] })
    expect(JSON.parse(principalFragment(linked).text)).toMatchObject({
      aliases: [{ id: 'o2', issuer }],
      person: 'olga',
      owners: 'none',
    })
  })

  it('is made of a principal alone, and of names alone', () => {
    const made = makePrincipal(base)
    const refusal = expect.objectContaining({ code: 'ERR_TOKEN_INVALID' }) as Error
    expect(() => linkedPrincipal({ ...made }, link)).toThrow(refusal)
    expect(() => linkedPrincipal(made, { ...link, person: 'a\u202eb' })).toThrow(refusal)
    expect(() => linkedPrincipal(made, { ...link, aliases: [{ issuer: 'a#b', id: 'c' }] })).toThrow(refusal)
    expect(() => linkedPrincipal(made, { ...link, aliases: [{ issuer, id: '' }] })).toThrow(refusal)
  })
})

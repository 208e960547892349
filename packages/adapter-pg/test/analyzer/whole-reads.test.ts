import { describe, expect, it } from 'vitest'
import { namedBy, resource } from '../../src/analyzer/resource.js'
import { wholeReads } from '../../src/analyzer/whole-reads.js'
import { line, sessionState, shop } from './support/shop.js'

const reads = (of: string): readonly string[] =>
  wholeReads(of, { catalog: shop, session: sessionState({ temporarySchema: 'shop' }) }).map(line)

describe('reading all of what an effect is on', () => {
  it('is reading every column of the relation and of its children', () => {
    expect(reads('table:pg_temp.events')).toEqual([
      'read table:pg_temp.events kind=partitioned-table columns=*,at,body,id',
      expect.stringMatching(/^read table:pg_temp\.events_202\d columns=\*,at,body,id$/),
      expect.stringMatching(/^read table:pg_temp\.events_202\d columns=\*,at,body,id$/),
    ])
  })

  it('is as sensitive as that', () => {
    expect(reads('table:pg_catalog.pg_authid')).toEqual([expect.stringContaining('sensitive')])
  })

  it('is reading a whole row where nothing is known of it', () => {
    expect(reads('table:public.nowhere')).toEqual(['read table:public.nowhere columns=*'])
  })

  it('is reading everything in a schema or in the database, but for what the server itself holds', () => {
    const salaries = 'read table:hr.salaries columns=*,amount,person'
    const inSchema = reads('schema:pg_temp')
    expect(inSchema).toContain('read table:pg_temp.days_2024 columns=*,at')
    expect(reads('schema:public')).toEqual([])
    expect(inSchema).not.toContain(salaries)
    expect(reads(resource('database', shop.database)).filter((each) => each !== salaries)).toEqual(inSchema)
  })
})

describe('a resource', () => {
  it.each([
    ['plain', 'name'],
    ['with.dot', 'with:colon'],
    ['with"quote', 'with*star'],
    ['', 'empty'],
    ['Ünï', '""'],
  ])('is taken apart as it was put together: %s %s', (...segments) => {
    expect(namedBy(resource('table', ...segments))).toEqual({ kind: 'table', segments })
  })
})

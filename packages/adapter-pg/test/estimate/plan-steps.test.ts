import type { Estimate } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import { planSteps } from '../../src/estimate/plan-steps.js'

const of = (plan: unknown) => planSteps(JSON.stringify([{ Plan: plan }]))
const scan = { 'Node Type': 'Seq Scan', 'Relation Name': 't', Schema: 'public', 'Plan Rows': 7 }

const firstOf = (estimate: Estimate) => ('steps' in estimate ? estimate.steps[0] : undefined)

describe('what is taken from the answer to EXPLAIN', () => {
  it('is the kind, the relation and the rows of each node', () => {
    expect(of({ 'Node Type': 'Limit', 'Plan Rows': 1, Plans: [{ ...scan, Filter: 'hidden-word' }] })).toEqual({
      steps: [
        { depth: 0, node: 'Limit', relation: null, rows: 1 },
        { depth: 1, node: 'Seq Scan', relation: 'public.t', rows: 7 },
      ],
    })
  })

  it('counts for a change what the steps below it find, in one or, before PostgreSQL 14, in several', () => {
    const change = {
      'Node Type': 'ModifyTable',
      Operation: 'Update',
      'Relation Name': 't',
      Schema: 's',
      'Plan Rows': 0,
    }
    const below = (relationship: string, rows: number) => ({
      ...scan,
      'Parent Relationship': relationship,
      'Plan Rows': rows,
    })
    const rowsOf = (...plans: unknown[]) => firstOf(of({ ...change, Plans: plans }))
    expect(rowsOf(below('InitPlan', 1_000), below('Outer', 3), below('SubPlan', 1_000))).toEqual({
      depth: 0,
      node: 'Update',
      relation: 's.t',
      rows: 3,
    })
    expect(rowsOf(below('Member', 3), below('Member', 4))).toMatchObject({ rows: 7 })
  })

  it('keeps apart the dot between two names and the one in a name', () => {
    const relationOf = (schema: string, name: string) =>
      firstOf(of({ ...scan, Schema: schema, 'Relation Name': name }))?.relation
    expect(relationOf('a.b', 'c')).toBe('"a.b".c')
    expect(relationOf('a', 'b.c')).toBe('a."b.c"')
    expect(relationOf('a', 'b"c')).toBe('a."b""c"')
  })

  it('is a number that can be shown, however large the answer’s is', () => {
    expect(of({ ...scan, 'Plan Rows': 1e30 })).toMatchObject({ steps: [{ rows: Number.MAX_SAFE_INTEGER }] })
    expect(of({ ...scan, 'Plan Rows': 2.6 })).toMatchObject({ steps: [{ rows: 3 }] })
  })

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['words', 'QUERY PLAN'],
    ['no list', '{"Plan":{"Node Type":"Limit","Plan Rows":1}}'],
    ['an empty list', '[]'],
    ['no plan', '[{}]'],
    ['a node without a type', '[{"Plan":{"Plan Rows":1}}]'],
    ['a node without rows', '[{"Plan":{"Node Type":"Limit"}}]'],
    ['rows below none', '[{"Plan":{"Node Type":"Limit","Plan Rows":-1}}]'],
    [
      'a change of no number of rows',
      '[{"Plan":{"Node Type":"ModifyTable","Operation":"Update","Plans":[{"Node Type":"Limit","Parent Relationship":"Outer"}]}}]',
    ],
    ['a change that says not what', '[{"Plan":{"Node Type":"ModifyTable","Plans":[]}}]'],
    ['a node below that is none', '[{"Plan":{"Node Type":"Limit","Plan Rows":1,"Plans":[7]}}]'],
  ])('is none where the answer is %s', (_name, answer) => {
    expect(planSteps(answer)).toEqual({ none: 'invalid' })
  })

  it('stops soon behind what is shown', () => {
    const wide = of({ 'Node Type': 'Append', 'Plan Rows': 1, Plans: Array.from({ length: 10_000 }, () => scan) })
    expect('steps' in wide && wide.steps.length).toBe(65)
    const deep = '{"Node Type":"Limit","Plan Rows":1,"Plans":['
    const answer = planSteps(`[{"Plan":${deep.repeat(20_000)}${']}'.repeat(20_000)}}]`)
    expect('steps' in answer && answer.steps.length).toBe(65)
  })
})

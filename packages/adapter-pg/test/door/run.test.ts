import type { Outcome, Permit } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { Analysis } from '../../src/analyzer/analysis.js'
import type { NamedIn } from '../../src/analyzer/whole-reads.js'
import { Run } from '../../src/door/run.js'

/** A run of one statement, and what is recorded of it. */
function started(): { readonly run: Run; readonly outcomes: string[] } {
  const outcomes: string[] = []
  const permit = {
    settle: ({ outcome }: Outcome) => {
      outcomes.push(outcome)
    },
  } as unknown as Permit
  const run = new Run(permit, { statementCount: 1 } as Analysis, {} as NamedIn)
  run.started()
  return { run, outcomes }
}

describe('a run whose Execute the server skipped', () => {
  it('did not run', () => {
    const { run, outcomes } = started()
    run.skipped()
    expect(run.isUnderWay).toBe(false)
    void run.settle('lost')
    expect(outcomes).toEqual(['not-run'])
  })

  it('may have run when it was executed again before the connection was lost', () => {
    const { run, outcomes } = started()
    run.skipped()
    run.started()
    expect(run.isUnderWay).toBe(true)
    void run.settle('lost')
    expect(outcomes).toEqual(['unknown'])
  })
})

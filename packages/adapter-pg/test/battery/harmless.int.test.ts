import { beforeAll, describe, expect, it } from 'vitest'
import { harmless, type Harmless } from './harmless.js'
import { sampleName, sampleOf } from './sample.js'
import { onLabs, withLabs } from './support.js'
import type { Trial } from './trial.js'

const statements = sampleOf(harmless(), 80, ({ group }) => group)
console.log(`harmless statements: ${sampleName}`)
let trials: ReadonlyMap<Harmless, Trial>

beforeAll(async () => {
  trials = await withLabs(1, async (labs) => {
    const [lab] = labs
    const version = lab?.server.majorVersion ?? 0
    const runnable = statements.filter(({ since = 0, until = Infinity }) => version >= since && version < until)
    const done = await onLabs(labs, runnable, (each, { group, text, parameters }) =>
      each.run({
        id: text,
        world: 'base',
        text,
        family: 'harmless',
        container: group,
        ...(parameters !== undefined && parameters.length > 0 && { parameters }),
      }),
    )
    return new Map(done.map((trial, index) => [runnable[index] as Harmless, trial]))
  })
}, 1_200_000)

describe('statements that only look dangerous', () => {
  it('are at least 60', () => {
    expect(trials.size).toBeGreaterThanOrEqual(60)
  })

  it.each(statements.map((statement) => ({ statement, ...statement })))('$group: $text', ({ statement }) => {
    const trial = trials.get(statement)
    if (trial === undefined) return // This server does not know the statement.
    expect(trial.error, 'the server refuses it').toBeUndefined()
    const happened = trial.facts.filter(({ kind }) => !['read', 'shown', 'cursor'].includes(kind))
    expect(happened, 'it does more than read').toEqual([])
    const claimed = trial.effects.filter(({ duty }) => duty !== 'read')
    expect(claimed, 'the analyzer says that it does more than read').toEqual([])
    expect(trial.verdict.outcome, 'it reads something that the analyzer does not name').not.toBe('missed')
  })
})

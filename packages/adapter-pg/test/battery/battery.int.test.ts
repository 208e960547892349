import { mkdir, writeFile } from 'node:fs/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from './entry.js'
import { generate } from './generate/generate.js'
import type { Fact } from './observe/facts.js'
import { isWhole } from '../soak/scale.js'
import { sampleName, sampleOf } from './sample.js'
import { onLabs, withLabs } from './support.js'
import type { Trial } from './trial.js'

/** What the issue asks of the battery, and already of a sample of it. */
const required = { statements: 170, exact: 100, opaqueShare: 0.15 }

// Some of them no server before the newest knows.
const entries = sampleOf(generate(), 200, ({ family }) => family)
console.log(`effect battery: ${sampleName}`)
let trials: ReadonlyMap<string, Trial>
const failures = new Map<string, unknown>()

beforeAll(async () => {
  trials = await withLabs(2, async (labs) => {
    const runnable = entries.filter((entry) => labs.every((lab) => lab.canRun(entry)))
    const done = await onLabs(labs, runnable, async (each, entry) => {
      try {
        return await each.run(entry)
      } catch (error) {
        failures.set(entry.id, error)
        return undefined
      }
    })
    return new Map(done.flatMap((trial) => (trial === undefined ? [] : [[trial.entry.id, trial]])))
  })
}, 1_800_000)

describe.each([...familiesOf(entries)])('what hides behind: %s', (_family, members) => {
  it.each(members.map(({ id, text }) => ({ id, text })))('$id', ({ id, text }) => {
    expect(failures.get(id), 'it cannot be run').toBeUndefined()
    const trial = trials.get(id)
    if (trial === undefined) return // This server does not know the statement.
    expect(trial.error, `the server refuses: ${text}`).toBeUndefined()
    const unclaimed = trial.verdict.outcome === 'opaque' ? [] : trial.verdict.unclaimed.map(written)
    expect(unclaimed, `observed, but not in the effects of: ${text}`).toEqual([])
  })
})

describe('the battery as a whole', () => {
  it(`has at least ${String(required.statements)} statements, and really ran them`, () => {
    expect(trials.size).toBeGreaterThanOrEqual(required.statements)
  })

  it('knows no statement for which the analyzer misses anything', () => {
    expect(outcomes('missed').map(({ entry }) => entry.id)).toEqual([])
  })

  it(`has exactly the observed duties for at least ${String(required.exact)} statements`, () => {
    expect(outcomes('exact').length).toBeGreaterThanOrEqual(required.exact)
  })

  it('finds no more than 15 % of the statements opaque', () => {
    expect(outcomes('opaque').length / trials.size).toBeLessThanOrEqual(required.opaqueShare)
  })

  it.runIf(isWhole)('sees every family do something, so that no family is empty talk', () => {
    const silent = [...familiesOf(entries)].filter(([, members]) =>
      members.every(({ id }) => (trials.get(id)?.facts ?? []).every(({ kind }) => kind === 'read')),
    )
    expect(silent.map(([family]) => family)).toEqual([])
  })

  it('leaves a summary', async () => {
    const text = summary()
    const folder = new URL('../../../../.reports/', import.meta.url)
    await mkdir(folder, { recursive: true })
    await writeFile(new URL('battery.md', folder), text)
    process.stdout.write(`${text.split('\n').slice(0, 12).join('\n')}\n`)
    expect(text).toContain('opaque')
  })
})

function outcomes(outcome: Trial['verdict']['outcome']): readonly Trial[] {
  return [...trials.values()].filter(({ verdict }) => verdict.outcome === outcome)
}

function familiesOf(list: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const families = new Map<string, Entry[]>()
  for (const entry of list) families.set(entry.family, [...(families.get(entry.family) ?? []), entry])
  return families
}

function written({ kind, on }: Fact): string {
  return `${kind} ${on}`
}

/** Totals, then every statement that is not exact with the reason. */
function summary(): string {
  const counts = (['exact', 'covered', 'opaque', 'missed'] as const).map(
    (outcome) => `| ${outcome} | ${String(outcomes(outcome).length)} |`,
  )
  const opaque = outcomes('opaque').map(({ entry, effects }) => {
    const reasons = effects
      .filter(({ duty }) => duty === 'opaque')
      .map(({ attributes }) => String(attributes['reason']))
    return `- ${entry.id}: ${[...new Set(reasons)].join('; ')}`
  })
  const covered = outcomes('covered').map(
    ({ entry, verdict }) =>
      `- ${entry.id}: also said ${verdict.unobserved.map(({ duty, resource }) => `${duty} ${resource}`).join(', ')}`,
  )
  const families = [...familiesOf(entries)].map(([family, members]) => {
    const ran = members.filter(({ id }) => trials.has(id))
    const exact = ran.filter(({ id }) => trials.get(id)?.verdict.outcome === 'exact')
    return `| ${family} | ${String(ran.length)} | ${String(exact.length)} |`
  })
  return [
    '# Effect battery',
    '',
    `${String(trials.size)} statements (${sampleName}), each run on PostgreSQL with the state before and after compared.`,
    '',
    '| outcome | statements |',
    '|---|---|',
    ...counts,
    '',
    '| family | statements | exact |',
    '|---|---|---|',
    ...families,
    '',
    '## Opaque',
    '',
    ...opaque,
    '',
    '## Covered, with more duties than were observed',
    '',
    ...covered,
    '',
  ].join('\n')
}

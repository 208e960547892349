import { testServer } from '@bothkeys/local-postgres/vitest'
import { beforeAll, describe, expect, it } from 'vitest'
import { scaled, seed } from '../soak/scale.js'
import { interference } from './support/interference.js'
import { countKinds, kindsOf } from './support/kinds.js'
import { LineageAnalyst } from './support/lineage-analyst.js'
import { Pair } from './support/pair.js'
import { Statements } from './support/statements.js'

const count = Number(process.env['BOTHKEYS_STATEMENTS'] ?? scaled(20_000))
const kinds = new Map<string, number>()
const tally = new Map<string, number>()
const found: string[] = []
let valid = 0
let differing = 0

beforeAll(async () => {
  const pair = await Pair.open()
  const analyst = await LineageAnalyst.of(pair.a)
  const statements = new Statements(seed, testServer().majorVersion)
  for (let made = 0; made < count; made += 1) {
    const { steps, touches, family } = statements.next()
    const [a, b] = await pair.run(steps.map(asText))
    const text = steps.join('; ')
    if (a.error === undefined || b.error === undefined) valid += 1
    const judged = await analyst.judge(steps)
    for (const parsed of judged.parsed) countKinds(parsed, kinds)
    if (interference(a, b, { parsed: [], refused: undefined, isMasked: () => false }) !== undefined) {
      differing += 1
    }
    const word = `${touches ? 'protected' : 'open'}: ${judged.refused ?? 'runs'}`
    tally.set(word, (tally.get(word) ?? 0) + 1)
    let difference = interference(a, b, judged)
    if (difference !== undefined) {
      await pair.refill()
      const again = await pair.run(steps.map(asText))
      difference = interference(again[0], again[1], judged)
    }
    if (difference !== undefined) found.push(`[${family}] ${difference}\n    ${text}`)
  }
  console.log(
    `BOTHKEYS_SEED=${String(seed)}: ${String(count)} statements, ${String(valid)} valid, ${String(differing)} different`,
    Object.fromEntries(tally),
  )
}, 1_800_000)

/** Copies come as text, so that their columns can be told apart. */
function asText(text: string): string {
  return text.replace(/^(copy .* to stdout) .*$/s, '$1')
}

describe('what protected values have influence on', () => {
  it('is named by the lineage', () => {
    expect(found.toSorted((x, y) => x.length - y.length).slice(0, 20)).toEqual([])
  })

  it('is there all the time', () => {
    expect(differing).toBeGreaterThan(count / 20)
    expect(tally.get('protected: runs')).toBeGreaterThan(count / 50)
  })

  it('is tried with statements that mostly run', () => {
    expect(valid / count).toBeGreaterThan(0.8)
  })

  it('is tried with every kind of expression', () => {
    // At least 50 of 20,000.
    const seldom = kindsOf(testServer().majorVersion).filter((kind) => (kinds.get(kind) ?? 0) < count / 400)
    expect(seldom.map((kind) => `${kind} ${String(kinds.get(kind) ?? 0)}`)).toEqual([])
  })
})

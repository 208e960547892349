import { appendFileSync } from 'node:fs'
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
const invalid = new Map<string, string>()
let valid = 0
let differing = 0
const unexplained: string[] = []

beforeAll(async () => {
  const pair = await Pair.open()
  const analyst = await LineageAnalyst.of(pair.a)
  const statements = new Statements(seed, testServer().majorVersion)
  for (let made = 0; made < count; made += 1) {
    const { steps, touches, family } = statements.next()
    if (process.env['BOTHKEYS_TRACE'] !== undefined)
      appendFileSync(process.env['BOTHKEYS_TRACE'], steps.join('; ') + '\n')
    const [a, b] = await pair.run(steps.map((text) => text.replace(/ \((format|header|,| |csv|binary)+\)$/, '')))
    const text = steps.join('; ')
    if (a.error === undefined || b.error === undefined) valid += 1
    else invalid.set(a.error.split('"')[0] ?? '', `${a.error}\n    ${text}`)
    const judged = await analyst.judge(steps).catch((error: unknown) => {
      invalid.set('parser', `${String(error)}`)
      return undefined
    })
    if (judged === undefined) continue
    for (const parsed of judged.parsed) countKinds(parsed, kinds)
    if (interference(a, b, { parsed: [], refused: undefined, isMasked: () => false }) !== undefined) {
      differing += 1
      if (!touches) unexplained.push(text)
    }
    const word = `${touches ? 'protected' : 'open'}: ${judged.refused ?? 'runs'}`
    tally.set(word, (tally.get(word) ?? 0) + 1)
    const difference = interference(a, b, judged)
    if (difference !== undefined) found.push(`[${family}] ${difference}\n    ${text}`)
  }
  console.log(
    `BOTHKEYS_SEED=${String(seed)}: ${String(count)} statements, ${String(valid)} valid, ${String(differing)} different`,
    Object.fromEntries(tally),
  )
  if (unexplained.length > 0)
    console.log(unexplained.length, unexplained.toSorted((x, y) => x.length - y.length).slice(0, 12))
  if (process.env['BOTHKEYS_SHOW'] !== undefined) {
    console.log([...kinds].sort(([, x], [, y]) => x - y).map((kind) => kind.join(' ')).join('\n')) // prettier-ignore
    console.log([...invalid.values()].join('\n'))
  }
}, 1_800_000)

describe('what protected values have influence on', () => {
  it('is named by the lineage', () => {
    expect(found.toSorted((x, y) => x.length - y.length).slice(0, 20)).toEqual([])
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

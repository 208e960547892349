import { testServer } from '@bothkeys/local-postgres/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isWhole, seed } from '../soak/scale.js'
import { CanarySearch } from './support/canary-search.js'
import { GovernedWorld, type Received } from './support/governed-world.js'
import { type Outcome, Pair } from './support/pair.js'
import { type Made, Statements } from './support/statements.js'
import { rowsOf } from './support/world.js'

const count = Number(process.env['BOTHKEYS_STATEMENTS'] ?? (isWhole ? 20_000 : 1_000))

/** Texts that gave something away, or that differ between worlds that differ in protected values alone. */
const leaks: string[] = []
/** Texts that touch nothing protected and came back otherwise than from the server. */
const needlessly: string[] = []
const refusals = new Map<string, number>()
/** COPYs of protected columns that came back masked, by how they were written. */
const copies = new Map<string, number>()
let clear = 0
let hidden = 0
let chances = 0
let found = 0
let worlds: readonly [GovernedWorld, GovernedWorld]

beforeAll(async () => {
  const pair = await Pair.open('alike')
  const [urlA, urlB] = pair.urls
  worlds = await Promise.all([GovernedWorld.open(urlA), GovernedWorld.open(urlB)])
  const searches = [
    new CanarySearch(rowsOf('a', 'alike').canaries),
    new CanarySearch(rowsOf('b', 'alike').canaries),
  ] as const
  const statements = new Statements(seed, testServer().majorVersion)
  for (let made = 0; made < count; made += 1) {
    const statement = statements.next()
    const { steps, binary } = statement
    const raw = await pair.run(steps)
    let [a, b] = await both(steps, binary)
    if (!a.bytes.equals(b.bytes)) {
      // What was taken back left room behind, and not as much in each, which changes the order of rows that nobody orders.
      await pair.refill()
      ;[a, b] = await both(steps, binary)
    }
    const text = steps.join('; ')
    const told = searches[0].find(a.bytes) ?? searches[1].find(b.bytes)
    // A long number holds any six digits at times. What reads nothing protected, and is the same in both worlds, tells nothing.
    const isChance = told !== undefined && !statement.touches && a.bytes.equals(b.bytes)
    if (isChance) chances += 1
    if (told !== undefined && !isChance) leaks.push(`${told}\n    ${text}`)
    else if (!a.bytes.equals(b.bytes)) leaks.push(`it differs\n    ${text}`)
    // The search can find them where nothing is masked.
    if (raw[0].rows.length > 0 && searches[0].find(Buffer.from(JSON.stringify(raw[0].rows))) !== undefined) found += 1
    if (!binary) compare(statement, raw[0], a, text)
  }
  console.log(
    `BOTHKEYS_SEED=${String(seed)}: ${String(count)} statements, ${String(found)} of them with canaries on the plain connection, ${String(chances)} by chance;`,
    `of ${String(clear + hidden)} unprotected values ${String(clear)} came back in clear;`,
    'COPYs masked:', Object.fromEntries(copies),
    'refused:', Object.fromEntries([...refusals].sort(([, x], [, y]) => y - x)),
  ) // prettier-ignore
}, 1_800_000)

afterAll(() => Promise.all(worlds.map((world) => world.close())))

async function both(steps: readonly string[], binary: boolean): Promise<readonly [Received, Received]> {
  return Promise.all([worlds[0].run(steps, binary), worlds[1].run(steps, binary)])
}

function compare({ family, touches, open }: Made, raw: Outcome, governed: Received, text: string): void {
  if (governed.code === '42501' && raw.error === undefined) {
    const reason = `${touches ? 'protected' : 'open'}: ${(governed.error ?? '').slice(0, 60)}`
    refusals.set(reason, (refusals.get(reason) ?? 0) + 1)
    return
  }
  if (family === 'copy') return compareCopies(touches, raw, governed, text)
  if (raw.error !== undefined || governed.error !== undefined || raw.rows.length !== governed.rows.length) return
  const cells = governed.rows.map((row) => row.map((cell) => cell?.toString() ?? null))
  if (!touches && !madeOfProtected.test(text) && !sameRows(cells, raw.rows)) needlessly.push(text)
  cells.forEach((row, at) => {
    row.forEach((cell, column) => {
      const value = raw.rows[at]?.[column]
      if (open?.[column] !== true || value === null || value === undefined) return
      if (cell === value) clear += 1
      else hidden += 1
    })
  })
}

function compareCopies(touches: boolean, raw: Outcome, governed: Received, text: string): void {
  if (raw.error !== undefined || governed.error !== undefined) return
  // Nobody orders rows.
  const [expected, given] = [raw, governed].map(({ copied }) => copied.toString('latin1').split('\n').sort().join('\n'))
  if (!touches && !madeOfProtected.test(text) && given !== expected) needlessly.push(text)
  if (touches && given !== expected) {
    const kind = /\bbinary\)?$/.test(text) ? 'binary' : /\bcsv\b[^)]*\)?$/.test(text) ? 'csv' : 'text'
    copies.set(kind, (copies.get(kind) ?? 0) + 1)
  }
}

/** Views over protected columns, and a table whose rows they choose. */
const madeOfProtected = /\b(user_view|user_totals|user_mat|rich|notes)\b/

function sameRows(x: readonly (readonly unknown[])[], y: readonly (readonly unknown[])[]): boolean {
  const [a, b] = [x, y].map((rows) => rows.map((row) => JSON.stringify(row)).sort())
  return JSON.stringify(a) === JSON.stringify(b)
}

describe('random statements through a governed client', () => {
  it('give nothing protected away', () => {
    expect(chances).toBeLessThanOrEqual(count / 1_000)
    expect(leaks.toSorted((x, y) => x.length - y.length).slice(0, 20)).toEqual([])
  })

  it('meet protected values all the time', () => {
    expect(found).toBeGreaterThan(count / 20)
  })

  it('hold masked COPYs all the time', () => {
    const seen = [...copies.values()].reduce((sum, each) => sum + each, 0)
    expect(seen).toBeGreaterThan(count / 500)
    if (count >= 5_000) expect([...copies.keys()].toSorted()).toEqual(['binary', 'csv', 'text'])
  })

  it('come back as they are where nothing protected is touched', () => {
    expect(needlessly.toSorted((x, y) => x.length - y.length).slice(0, 20)).toEqual([])
  })

  it('show at least 95 of 100 unprotected values beside protected ones', () => {
    expect(clear / (clear + hidden)).toBeGreaterThan(0.95)
  })
})

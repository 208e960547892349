import { checkSync } from 'recheck'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { Detector } from '../../src/masking/detector.js'
import { boundingExpression } from './bounding-expression.js'
import { expressionsIn, maskingFolder, maskingModules, sourceExpressions } from './source-expressions.js'
import { examples } from './support/examples.js'

/** recheck in this process: its workers and its native build start slowly. */
beforeAll(() => {
  vi.stubEnv('RECHECK_BACKEND', 'pure')
})

interface Made {
  readonly place: string
  readonly expression: RegExp
}

/** What all modules make of parts while they load, and while the detectors look at what they find. */
async function madeExpressions(): Promise<readonly Made[]> {
  const made: Made[] = []
  const real = RegExp
  const watched = new Proxy(real, {
    construct(target, parts: ConstructorParameters<typeof RegExp>) {
      const expression = new target(...parts)
      // Behind the message and this trap: who asked for it. A library that a module calls is not looked at.
      const [, , asker = ''] = (new Error('where').stack ?? '').split('\n')
      const place = new real(`${maskingFolder}([\\w/-]+\\.ts):(\\d+):`).exec(asker)
      if (place !== null) made.push({ place: `${place[1] ?? ''}:${place[2] ?? ''}`, expression })
      return expression
    },
  })
  vi.resetModules()
  vi.stubGlobal('RegExp', watched)
  try {
    for (const file of maskingModules()) await import(`${maskingFolder}${file}`)
    const module: { builtInDetectors: ReadonlyMap<string, Detector> } =
      await import('../../src/masking/detectors/built-in-detectors.js')
    for (const detector of module.builtInDetectors.values()) {
      for (const [, text] of examples) detector.find(text, {})
    }
  } finally {
    vi.unstubAllGlobals()
  }
  return made
}

const source = sourceExpressions()
const made = await madeExpressions()
const all = new Map(
  [...source.literals.values(), ...made.map(({ expression }) => expression)].map((each) => [String(each), each]),
)

/** Whether it repeats anything more or less often. What does not reads as much from each place as it is long. */
function repeats({ source: written }: RegExp): boolean {
  return /[*+]|\{\d+,/.test(written.replaceAll(/\\.|\[(?:\\.|[^\]\\])*\]/g, '.'))
}

describe('the expressions of what masks', () => {
  it('are all looked at: those that the source has, and those that it makes', () => {
    expect(source.literals.size).toBeGreaterThan(150)
    expect(source.made.size).toBeGreaterThan(15)
    const places = new Set(made.map(({ place }) => place))
    expect([...source.made].filter((place) => !places.has(place))).toEqual([])
  })

  it.each([...all.values()].filter(repeats))('take time linear in the text: %s', (expression) => {
    const flags = expression.flags.replaceAll(/[dgy]/g, '')
    const proof = checkSync(boundingExpression(expression.source), flags, { checker: 'automaton', timeout: 60_000 })
    if (proof.status === 'safe') return
    // Where only an assertion makes it so, it is attacked.
    const attack = checkSync(expression.source, flags, { checker: 'fuzz', timeout: 60_000 })
    expect(attack.status).toBe('safe')
  })

  it.each([String.raw`\s+$`, String.raw`(?<!x)\d+\d+(?!\d)`, '(a|a)*(?!a)'])(
    'are told from those that do not: %s',
    (pattern) => {
      expect(checkSync(boundingExpression(pattern), '', { checker: 'automaton' }).status).toBe('vulnerable')
    },
  )

  it('are found wherever a source has them', () => {
    const text = ['const one = /a+/g', 'f(/[/]/, "/no/", 1 / 2 / 3)', 'new RegExp(one)', 'RegExp(', '"b")'].join('\n')
    const found = expressionsIn('some.ts', text)
    expect([...found.literals.values()].map(String)).toEqual(['/a+/g', '/[/]/'])
    expect([...found.made]).toEqual(['some.ts:3', 'some.ts:4'])
  })
})

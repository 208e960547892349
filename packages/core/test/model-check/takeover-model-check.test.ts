import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { explore, isSoak, report } from './explore.js'
import type { TakeoverEvent } from './takeover-model.js'
import { TakeoverModel } from './takeover-model.js'
import type { TakeoverScenario } from './takeover-play.js'
import { playTakeover } from './takeover-play.js'

const happens = (verb: TakeoverEvent['verb'], ...names: readonly string[]): readonly TakeoverEvent[] =>
  names.map((who) => ({ verb, who }))

const whatever: readonly TakeoverEvent[] = [
  ...happens('ask', 'one', 'two'),
  ...happens('run', 'one', 'two'),
  ...happens('hang', 'one'),
  ...happens('wake', 'one'),
  ...happens('die', 'one'),
  ...happens('lapse', ''),
  ...happens('age', ''),
  ...happens('distrust', 'ann'),
  ...happens('policy', ''),
]

const scenarios: readonly (TakeoverScenario & { readonly leastStates: number })[] = [
  {
    name: 'one person',
    count: 1,
    given: happens('ask', 'one'),
    events: [...whatever, ...happens('yes', 'ann'), ...happens('no', 'bob'), ...happens('forge', 'ann')],
    depth: isSoak ? 6 : 5,
    leastStates: 60,
  },
  {
    name: 'two people, one of whom spoke before',
    count: 2,
    given: [...happens('ask', 'one'), ...happens('yes', 'ann')],
    events: [...whatever, ...happens('yes', 'bob', 'ann')],
    depth: isSoak ? 6 : 5,
    leastStates: 60,
  },
  {
    name: 'one process that hung for too long',
    count: 1,
    given: [
      ...happens('ask', 'one'),
      ...happens('yes', 'ann'),
      ...happens('hang', 'one'),
      ...happens('lapse', ''),
      ...happens('ask', 'two'),
    ],
    events: [...whatever, ...happens('hang', 'two'), ...happens('wake', 'two'), ...happens('no', 'bob')],
    depth: isSoak ? 5 : 4,
    leastStates: 40,
  },
]

/**
 * Every sequence of events up to a depth, on real coordinators of two processes and a desk that share a ledger: one of them
 * dies or hangs, and the other one takes over what it left. A small model, written apart from the code, says for each try
 * whether the action must run.
 */
describe('every sequence of events about a request that is taken over', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterAll(() => {
    vi.useRealTimers()
  })

  it.each(scenarios)(
    'spends it once, in the process that has it, and on what still holds: $name',
    async (scenario) => {
      let ran = 0
      let taken = 0
      const { sequences, states } = await explore<TakeoverEvent>({
        depth: scenario.depth,
        events: scenario.events,
        isSeen: ({ verb }) => verb === 'run' || verb === 'ask',
        keyOf: (path) => new TakeoverModel(scenario.count, [...scenario.given, ...path]).key,
        play: async (path, quiet) => {
          const { key, model } = await playTakeover(scenario, path, quiet)
          if (path.at(-1)?.verb === 'run') {
            ran += model.ran
            taken += model.ran * Math.sign(model.taken)
          }
          return key
        },
      })
      report(`a request that is taken over: ${scenario.name}`, { states, sequences, ran })
      expect(states).toBeGreaterThan(scenario.leastStates)
      expect(ran).toBeGreaterThan(0)
      expect(taken).toBeGreaterThan(0)
    },
    600_000,
  )
})

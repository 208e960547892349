import { describe, expect, it } from 'vitest'
import { Stage } from './cast.js'
import { explore, isSoak, report } from './explore.js'
import type { GrantEvent } from './grants-model.js'
import { GrantModel } from './grants-model.js'
import type { GrantScenario } from './grants-play.js'
import { grantsPolicy, playGrant } from './grants-play.js'

const happens = (verb: GrantEvent['verb'], ...names: readonly string[]): readonly GrantEvent[] =>
  names.map((who) => ({ verb, who }))

const whatever: readonly GrantEvent[] = [
  ...happens('lose', 'ann', 'worker'),
  ...happens('disable', 'sam'),
  ...happens('revoke', 'ann', 'olga'),
  ...(['back', 'close', 'policy', 'old policy'] as const).flatMap((verb) => happens(verb, '')),
]

const uses: readonly GrantEvent[] = [
  ...happens('rush', ''),
  ...happens('stray', ''),
  ...happens('use', 'worker', 'again', 'abroad', 'sibling', 'child'),
]

const scenarios: readonly (GrantScenario & { readonly leastStates: number })[] = [
  {
    name: 'who gives it',
    given: [],
    events: [
      ...happens('yes', 'ann', 'sam', 'samTwo', 'olga', 'keyed', 'lent', 'worker', 'sibling', 'peer', 'zoe', 'admin'),
      ...happens('no', 'ann', 'olga', 'peer'),
      ...whatever,
      ...happens('use', 'worker'),
    ],
    depth: isSoak ? 5 : 4,
    isFine: false,
    leastStates: 20,
  },
  {
    name: 'what it lets through, and how long',
    given: ['ann', 'sam'],
    events: [
      ...whatever,
      ...(
        ['sell', 'wait', 'wait here', 'wait there', 'give back', 'take back', 'take back elsewhere', 'shut'] as const
      ).flatMap((verb) => happens(verb, '')),
      ...uses,
    ],
    depth: isSoak ? 4 : 3,
    isFine: true,
    leastStates: 200,
  },
]

/** What leaves nothing to be seen when it comes last. */
const isSeen = ({ verb }: GrantEvent): boolean => ['yes', 'use', 'rush', 'stray'].includes(verb)

/**
 * Every sequence of events up to a depth, on a whole guard with a directory, a ledger that another process shares, and two
 * clocks. A small model, written apart from the code, says for each try whether it must run.
 */
describe('every sequence of events about a grant', () => {
  it.each(scenarios)(
    'runs what independent people gave, to that session, so often and so long: $name',
    async ({ leastStates, ...scenario }) => {
      const stage = new Stage(grantsPolicy)
      let ran = 0
      const { sequences, states } = await explore<GrantEvent>({
        depth: scenario.depth,
        events: scenario.events,
        isSeen,
        keyOf: (path) => new GrantModel(scenario.isFine, path, scenario.given).key,
        play: async (path, quiet) => {
          const played = await playGrant(stage, scenario, path, quiet)
          ran += played.ran
          return played.key
        },
      })
      await stage.renew()
      report(`a grant: ${scenario.name}`, { states, sequences, ran })
      expect(states).toBeGreaterThan(leastStates)
      expect(sequences).toBeGreaterThan(states)
      expect(ran).toBeGreaterThan(0)
    },
    1_200_000,
  )
})

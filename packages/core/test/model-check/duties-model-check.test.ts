import { describe, expect, it } from 'vitest'
import { Stage } from './cast.js'
import { explore, isSoak, report } from './explore.js'
import type { DutyEvent } from './duties-model.js'
import { DutyModel } from './duties-model.js'
import { chainPolicy, excusedPolicy, playDuties } from './duties-play.js'

const event = (verb: DutyEvent['verb'], who = '', object = '', yes = ''): DutyEvent => ({ verb, who, object, yes })
const executions = (...names: readonly string[]): readonly DutyEvent[] => names.map((who) => event('execute', who, 'a'))

const scenarios = [
  {
    name: 'distinct closures take the steps of a chain',
    policy: chainPolicy,
    isApart: false,
    events: [
      ...executions('w1', 'w2', 'inRun', 'keyed', 'v', 'vic', 'zoe'),
      event('execute', 'w1', 'b'),
      ...['zoe', 'vic', 'olga'].flatMap((yes) => ['w1', 'v'].map((who) => event('ask', who, 'a', yes))),
      event('ask', 'w2', 'a', 'zoe'),
      event('wait'),
    ],
    depth: isSoak ? 4 : 3,
    leastStates: 100,
  },
  {
    name: 'an exception is from one rule, for one account, until its end',
    policy: excusedPolicy,
    isApart: true,
    events: [
      ...executions('solo', 'lent', 'second', 'w1'),
      ...['solo', 'lent', 'second'].map((who) => event('ask', who, 'a', 'zoe')),
      event('read', 'solo', 'a'),
      event('read', 'second', 'a'),
      event('later'),
    ],
    depth: isSoak ? 5 : 4,
    leastStates: 50,
  },
] as const

/** As for grants: a whole guard, and a small model beside it. */
describe('every sequence of events about what happened before', () => {
  it.each(scenarios)(
    'keeps apart what the policy does: $name',
    async ({ depth, events, isApart, leastStates, name, policy }) => {
      // Until when an exception lasts is a time of the clock.
      const stage = new Stage(policy, isApart ? 1 : undefined)
      let ran = 0
      const { sequences, states } = await explore<DutyEvent>({
        depth,
        events,
        isSeen: ({ verb }) => verb !== 'later' && verb !== 'wait',
        keyOf: (path) => new DutyModel(isApart, path).key,
        play: async (path, quiet) => {
          const played = await playDuties(stage, isApart, path, quiet)
          ran += played.ran
          return played.key
        },
      })
      await stage.renew()
      report(name, { states, sequences, ran })
      expect(states).toBeGreaterThan(leastStates)
      expect(sequences).toBeGreaterThan(states)
      expect(ran).toBeGreaterThan(0)
    },
    3_600_000,
  )
})

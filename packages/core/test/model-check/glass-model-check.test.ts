import { describe, expect, it } from 'vitest'
import { Stage } from './cast.js'
import { explore, isSoak, report } from './explore.js'
import type { GlassEvent } from './glass-model.js'
import { GlassModel } from './glass-model.js'
import { glassPolicy, playGlass } from './glass-play.js'

const happens = (verb: GlassEvent['verb'], ...names: readonly string[]): readonly GlassEvent[] =>
  names.map((who) => ({ verb, who }))

const events: readonly GlassEvent[] = [
  // Before anything that a review would let happen.
  ...happens('unjustified', 'grace'),
  ...happens('justified', 'eve', 'ada', 'adaTwo', 'robot', 'bob', 'grace'),
  ...happens('break', 'ada', 'adaTwo', 'bob', 'bot', 'grace'),
  ...happens('use', 'ada', 'again', 'adaTwo', 'bob', 'bot'),
  ...happens('use elsewhere', 'ada'),
  ...happens('define', 'ada'),
  ...happens('give back', 'ada', 'bob'),
  ...happens('leave', 'ada'),
  ...happens('lose', 'ada'),
  ...happens('revoke', 'ada'),
  ...(['back', 'policy', 'old policy', 'wait', 'wait here', 'wait there', 'wait long'] as const).flatMap((verb) =>
    happens(verb, ''),
  ),
]

/** What leaves nothing to be seen when it comes last. */
const isSeen = ({ verb }: GlassEvent): boolean =>
  ['break', 'use', 'use elsewhere', 'define', 'justified', 'unjustified'].includes(verb)

/** As for grants: a whole guard, and a small model beside it. */
describe('every sequence of events about broken glass', () => {
  it('breaks it for people who may, lifts holds for their session until it ends, and waits for an independent review', async () => {
    const stage = new Stage(glassPolicy)
    let ran = 0
    const { sequences, states } = await explore<GlassEvent>({
      depth: isSoak ? 6 : 4,
      events,
      isSeen,
      keyOf: (path) => new GlassModel(path).key,
      play: async (path, quiet) => {
        const played = await playGlass(stage, path, quiet)
        ran += played.ran
        return played.key
      },
    })
    await stage.renew()
    report('broken glass', { states, sequences, ran })
    expect(states).toBeGreaterThan(150)
    expect(sequences).toBeGreaterThan(states)
    expect(ran).toBeGreaterThan(0)
  }, 3_600_000)
})

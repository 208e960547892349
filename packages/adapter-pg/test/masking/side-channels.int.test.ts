import { testServer } from '@bothkeys/local-postgres/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CanarySearch } from './support/canary-search.js'
import { GovernedWorld } from './support/governed-world.js'
import { Pair } from './support/pair.js'
import { besides, type SideChannel, sideChannels } from './support/side-channels.js'
import { rowsOf } from './support/world.js'

const worlds = ['a', 'b'] as const
const rows = worlds.map((world) => rowsOf(world, 'alike'))
const searches = rows.map(({ canaries }) => new CanarySearch(canaries))
/** An address of one world. */
const guess = rows[0]?.address ?? ''
let pair: Pair
let governed: readonly GovernedWorld[]

beforeAll(async () => {
  pair = await Pair.open('alike', besides)
  for (const client of [pair.a, pair.b]) await client.query('analyze users')
  governed = await Promise.all(pair.urls.map((url) => GovernedWorld.open(url)))
})

afterAll(() => Promise.all(governed.map((world) => world.close())))

const channels = sideChannels(guess).filter(({ since = 0 }) => since <= testServer().majorVersion)

describe('what leaks around the select list', () => {
  for (const channel of channels) {
    const state = channel.open === undefined ? it : it.fails
    state(`${channel.name} tells nothing`, () => tellsNothing(channel))
  }
})

async function tellsNothing({ steps, outcome, unseen }: SideChannel): Promise<void> {
  if (unseen !== true) {
    const [a, b] = await pair.run(steps.filter((text) => !/^(begin|commit|rollback)$/.test(text)))
    expect(a, 'on a plain connection it tells of the values').not.toEqual(b)
  }
  const isWhole = steps[0] === 'begin'
  const received = await Promise.all(governed.map((world) => (isWhole ? world.runAlone(steps) : world.run(steps))))
  await Promise.all(governed.map((world) => world.runAlone(['rollback', 'close all', 'deallocate all'])))
  received.forEach(({ bytes }, at) => {
    for (const search of searches) expect(search.find(withoutGuess(bytes)), `world ${worlds[at] ?? ''}`).toBeUndefined()
  })
  const [a, b] = received
  expect(a?.bytes.equals(b?.bytes ?? Buffer.alloc(0)), 'both worlds look the same').toBe(true)
  if (outcome === undefined) expect(a?.code, `answered: ${a?.error ?? 'no error'}`).toBe('42501')
  else if (outcome === 'masked') expect(a?.code, `answered: ${a?.error ?? 'no error'}`).toBeUndefined()
}

/** What the client itself wrote may come back. */
function withoutGuess(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(guess, ''), 'latin1')
}

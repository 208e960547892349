import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Choices } from './support/choices.js'
import { GovernedWorld, openPolicy } from './support/governed-world.js'
import { Pair } from './support/pair.js'
import { besides } from './support/side-channels.js'
import { type Attack, attack, type Send } from './support/solver.js'
import { protectedColumns, rowsOf } from './support/world.js'

const queries = 500
const lookups = 20
const addresses = (['a', 'b'] as const).map((world) => rowsOf(world, 'alike').address)
/** Whoever attacks knows that it is one of these, the two addresses far from the first. */
const candidates = dictionary()
const value = 'select email from users where id = 3'

let pair: Pair
const worlds: GovernedWorld[] = []

beforeAll(async () => {
  pair = await Pair.open('alike', besides)
})

afterAll(() => Promise.all(worlds.map((world) => world.close())))

function dictionary(): readonly string[] {
  const choices = new Choices(5)
  const letters = [...'qxzjkvwbgpQXZJKVWBGP']
  const made = choices.times(4096, () => choices.times(22, () => choices.of(letters)).join(''))
  return [...made.slice(0, 1000), ...addresses, ...made.slice(1000)]
}

async function attacked(world: GovernedWorld): Promise<Attack> {
  worlds.push(world)
  const send: Send = async (steps) => {
    const { bytes } = await world.runAlone(steps)
    await world.runAlone(['rollback'])
    return bytes.toString('latin1')
  }
  return attack(send, value, candidates, queries)
}

describe('an attacker with 500 queries who adapts to what comes back', () => {
  it('finds a value out where nothing protects it', async () => {
    const [url] = pair.urls
    const { left, queries: used } = await attacked(await GovernedWorld.open(url, { ...openPolicy, policy: {} }))
    expect(left).toEqual([addresses[0]])
    expect(used).toBeLessThan(queries)
  })

  it('gains nothing but what lookups tell where a mask has a budget of 20 an hour', async () => {
    const lookup = { distinct: `${String(lookups)}/h` }
    const mask = [{ id: 'pii', target: 'db', columns: protectedColumns, with: 'redact', lookup }]
    const attacks: Attack[] = []
    for (const url of pair.urls)
      attacks.push(await attacked(await GovernedWorld.open(url, { ...openPolicy, policy: { mask } })))
    for (const { gains, left } of attacks) {
      expect(Object.fromEntries(gains)).toEqual({ lookup: lookups })
      expect(left.length).toBe(candidates.length - lookups)
    }
    expect(attacks[0]?.transcript).toBe(attacks[1]?.transcript)
  })

  it('gains nothing at all where a mask has no budget', async () => {
    const attacks: Attack[] = []
    for (const url of pair.urls) attacks.push(await attacked(await GovernedWorld.open(url)))
    for (const { gains, left } of attacks) {
      expect(Object.fromEntries(gains)).toEqual({})
      expect(left.length).toBe(candidates.length)
    }
    expect(attacks[0]?.transcript).toBe(attacks[1]?.transcript)
  })
})

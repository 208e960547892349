import { describe, expect, it } from 'vitest'
import { atOnce } from '../../src/control/at-once.js'

describe('so many at once', () => {
  it('begins no more of them, until one is over, however it ended', async () => {
    const ends: (() => void)[] = []
    const begun: string[] = []
    const act = atOnce(2, (name: string) => {
      begun.push(name)
      return new Promise<string>((resolve, reject) => {
        ends.push(() => (name === 'fails' ? reject(new Error(name)) : resolve(name)))
      })
    })
    const [first, fails] = [act('first'), act('fails')]
    await expect(act('third')).rejects.toThrow(expect.objectContaining({ code: 'ERR_LIMIT_EXCEEDED' }))
    for (const end of ends.splice(0)) end()
    expect(await first).toBe('first')
    await expect(fails).rejects.toThrow('fails')
    const more = [act('fourth'), act('fifth')]
    for (const end of ends.splice(0)) end()
    expect(await Promise.all(more)).toEqual(['fourth', 'fifth'])
    expect(begun).toEqual(['first', 'fails', 'fourth', 'fifth'])
  })
})

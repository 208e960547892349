import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { governed } from '../support/governed.js'
import { allButDelete } from './support/policy.js'
import { bind, describe as describeMessage, execute, parse, Wire } from './support/wire.js'

it('takes no more from a client than a busy server can be given', async () => {
  const on = await governed({ allow: allButDelete })
  const wire = await Wire.open(on.target, await on.session())
  wire.send(parse('s', 'select pg_sleep(60)'), bind('', 's'), execute(''))
  await sleep(500)
  const many = Buffer.concat(Array.from({ length: 20_000 }, () => describeMessage('S', 's')))
  const patience = performance.now() + 120_000
  let taken = 0
  let isFull = false
  while (!isFull && taken < 64 * 1024 * 1024 && performance.now() < patience) {
    const wasTaken = new Promise<boolean>((resolve) => {
      wire.stream.write(many, () => {
        resolve(true)
      })
    })
    isFull = !(await Promise.race([wasTaken, sleep(1_500, false)]))
    if (!isFull) taken += many.length
  }
  expect(isFull, `${String(taken)} bytes were taken`).toBe(true)
  await wire.end()
  await on.close()
}, 180_000)

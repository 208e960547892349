import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const looks = 5

/** Node.js has it where it is asked for alone. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/**
 * Bytes in use once what nobody needs is gone. What lies outside the heap counts as in use for some turns after it was collected, so that
 * this looks several times and answers the least.
 */
export async function memoryInUse(): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let look = 0; look < looks; look++) {
    collectGarbage()
    // oxlint-disable-next-line no-await-in-loop -- One look after the other.
    await sleep(10)
    const { external, heapUsed } = process.memoryUsage()
    least = Math.min(least, heapUsed + external)
  }
  return least
}

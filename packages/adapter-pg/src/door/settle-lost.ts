import type { Run } from './run.js'

/** How long the record may take over outcomes that nobody waits for any more, in milliseconds. */
const limitMs = 5_000

/** Records the outcomes of runs whose client is gone. Whatever the journal does, this ends and never throws. */
export async function settleLost(runs: Iterable<Run>, fate: 'answered' | 'lost'): Promise<void> {
  const recorded = Promise.allSettled([...runs].map(async (run) => run.settle(fate)))
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs)
  })
  await Promise.race([recorded, limit])
  clearTimeout(timer)
}

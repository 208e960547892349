import { Lab } from './lab.js'
import { Trials } from './trial.js'

/** Runs every item on one of several servers, each server one at a time; answers in the order of the items. */
export async function onLabs<Item, Answer>(
  labs: readonly Lab[],
  items: readonly Item[],
  run: (trials: Trials, item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers = new Array<Answer>(items.length)
  let next = 0
  const work = async (lab: Lab): Promise<void> => {
    const trials = new Trials(lab)
    while (next < items.length) {
      const index = next
      next += 1
      answers[index] = await run(trials, items[index] as Item)
    }
  }
  await Promise.all(labs.map(work))
  return answers
}

/** Starts servers for `onLabs` and stops them all afterwards. */
export async function withLabs<Result>(count: number, use: (labs: readonly Lab[]) => Promise<Result>): Promise<Result> {
  const labs = await Promise.all(Array.from({ length: count }, () => Lab.start()))
  try {
    return await use(labs)
  } finally {
    await Promise.all(labs.map((lab) => lab.stop()))
  }
}

import { AsyncLocalStorage } from 'node:async_hooks'
import { within } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core'

/** One call that LangChain has not handed to the function of its tool yet. */
interface Before {
  isOver: boolean
  begins: () => void
}

const before = new AsyncLocalStorage<Before>()

/**
 * Makes a call of a tool through LangChain, which reads its arguments by its schema before it calls the function. Throws ERR_DEADLINE
 * when the function was not called after so many milliseconds: then it does nothing when it is called later.
 */
export async function beganWithin<Answer>(ms: number, name: string, call: () => Promise<Answer>): Promise<Answer> {
  let begins = (): void => undefined
  const begun = new Promise<'begun'>((resolve) => {
    begins = () => {
      resolve('begun')
    }
  })
  const state: Before = { isOver: false, begins }
  const answer = before.run(state, call)
  try {
    await within(ms, reading(name), 'ERR_INTERNAL', () => Promise.race([begun, answer.then(settled, settled)]))
  } catch (error) {
    state.isOver = true
    answer.catch(() => undefined)
    throw error
  }
  return answer
}

/** The first thing that the function of a tool does. Throws where nobody waits for it any more. */
export function begins(name: string): void {
  const state = before.getStore()
  if (state?.isOver === true) throw new BothKeysError('ERR_DEADLINE', `${reading(name)} took too long, so nothing ran`)
  state?.begins()
}

function settled(): void {
  // Whoever waits for the answer hears of it.
}

/** What takes its time. */
export function reading(name: string): string {
  return `reading the arguments of ${name}`
}

import { BothKeysError } from '@bothkeys/core'

/** The first thing that the function of a tool does. Throws where nobody waits for it any more. */
export type Begins = () => void

/**
 * Makes a call of a tool through LangChain, which reads its arguments by its schema before it calls the function. Throws ERR_DEADLINE
 * when the function did not begin after so many milliseconds: then it does nothing when it is called later.
 */
export function beganWithin<Answer>(
  ms: number,
  name: string,
  call: (begins: Begins) => Promise<Answer>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let isOver = false
    const timer = setTimeout(() => {
      isOver = true
      reject(tooLate(ms, name))
    }, ms)
    const begins: Begins = () => {
      if (isOver) throw tooLate(ms, name)
      clearTimeout(timer)
    }
    call(begins).then(resolve, (error: unknown) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

function tooLate(ms: number, name: string): BothKeysError {
  return new BothKeysError('ERR_DEADLINE', `${reading(name)} took longer than ${String(ms)} ms, so nothing ran`)
}

/** What takes its time. */
export function reading(name: string): string {
  return `reading the arguments of ${name}`
}

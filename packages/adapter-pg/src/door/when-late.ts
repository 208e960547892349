/** In how many steps time passes: a process that stands still misses one of them at most. */
const steps = 10

/**
 * Calls `late` after so many milliseconds, unless what it returns is called before. Where the process stands still for longer than that,
 * whatever came in the meantime is heard first: no timer is over before the event loop has turned several times.
 */
export function whenLate(ms: number, late: () => void): () => void {
  let left = steps
  let timer: NodeJS.Timeout
  const wait = (): void => {
    timer = setTimeout(() => {
      left -= 1
      if (left > 0) wait()
      else late()
    }, ms / steps)
    timer.unref()
  }
  wait()
  return () => {
    clearTimeout(timer)
  }
}

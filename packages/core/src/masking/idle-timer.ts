/** Calls back once when `ms` milliseconds have passed; what it returns stops that. */
export type StartTimer = (ms: number, callback: () => void) => () => void

/** The timers of this process. They keep no process running. */
export const processTimer: StartTimer = (ms, callback) => {
  const timer = setTimeout(callback, ms)
  timer.unref()
  return () => {
    clearTimeout(timer)
  }
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Node.js has it where it is asked for alone. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

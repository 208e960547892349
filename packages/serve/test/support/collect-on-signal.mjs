// Loaded before the command: a full garbage collection on SIGUSR2, so that the heap that /metrics tells is what is in use.
// Says in the log when it is done.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
process.on('SIGUSR2', () => {
  collect()
  process.stdout.write('{"event":"collected"}\n')
})

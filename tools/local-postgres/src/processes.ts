// What any throw-away server is started with.
export { freePort } from './free-port.js'
export { type Command, type RunningProcess, superviseFolder, type Supervisor } from './supervisor.js'

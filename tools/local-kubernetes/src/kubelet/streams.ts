/** What a kubelet speaks over WebSockets, for those who play one. */
export { servePorts } from './port-streams.js'
export { serveProcess } from './process-streams.js'
export { newestProtocol } from './frames.js'

export type { ServeConfig } from './config/config.js'
export { parseConfig } from './config/config.js'

export { createDatabase, type Database } from './database.js'
export { type LocalPostgres, startPostgres, type StartOptions } from './start-postgres.js'

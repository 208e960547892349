import { afterAll, inject } from 'vitest'
import { createDatabase, type Database } from './database.js'

/** The server that the integration tests share. Serialisable: vitest hands it from its main process to the test files. */
export type TestServer = {
  /** On the local cluster a superuser; with BOTHKEYS_TEST_PG_URL whoever that names. */
  readonly superuserUrl: string
  readonly majorVersion: number
  /** False when BOTHKEYS_TEST_PG_URL points to somebody else's server: then there is no log and no data directory. */
  readonly isLocal: boolean
}

declare module 'vitest' {
  export interface ProvidedContext {
    readonly testServer: TestServer
  }
}

/** The server that `freshDatabase` uses. */
export function testServer(): TestServer {
  return inject('testServer')
}

/**
 * Creates an empty database with an owner role of its own, for the calling test file, and drops both after its tests.
 * Call it at the top of a file or in `beforeAll`.
 */
export async function freshDatabase(): Promise<Database> {
  const database = await createDatabase(testServer().superuserUrl)
  afterAll(() => database.drop())
  return database
}

import { BothKeysError } from '@bothkeys/core'
import { layoutVersion, ledgerSchema } from './layout.js'
import type { Settings } from './options.js'
import type { Store } from './store.js'

/**
 * Sees to it that the schema is there and is the one that this version knows. Processes that start at once wait for each
 * other. Throws ERR_CONFIG_INVALID when it is missing and may not be made, is another one, or the database cannot hold it.
 */
export function install(store: Store, { schema, create }: Settings): Promise<void> {
  return store.transaction(async (run) => {
    await run(`select pg_advisory_xact_lock(hashtextextended('bothkeys ledger schema ${schema}', 0))`)
    const [state] = await run(
      `select to_regclass('${schema}.layout') is not null as there, pg_is_in_recovery() as standby,
        current_setting('server_encoding') as encoding`,
    )
    if (state?.['standby'] !== false) throw wrong('is a standby, which cannot be written to')
    if (state['encoding'] !== 'UTF8') throw wrong('does not store UTF-8, so different keys could become one')
    if (state['there'] !== true) {
      if (!create) throw wrong(`has no schema ${schema} of a ledger`)
      await run(ledgerSchema(schema))
      return
    }
    const versions = await run(`select version from ${schema}.layout`)
    if (versions.length === 1 && versions[0]?.['version'] === layoutVersion) return
    throw wrong(`has a schema ${schema} that another version of bothkeys made`)
  })
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `the database of the ledger ${what}`, {
    hint: 'see docs/ledger.md',
  })
}

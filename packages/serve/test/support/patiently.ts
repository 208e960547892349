import type pg from 'pg'

/** On a busy machine the ledger may answer too slowly to know what is revoked: then nothing ran, and it is asked again. */
export async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as pg.DatabaseError).detail?.includes('ERR_LEDGER_UNAVAILABLE') !== true) throw error
    }
  }
}

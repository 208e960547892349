import { parse } from 'libpg-query'
import type { Block, Problem } from '../block.js'
import { problemAt } from '../block.js'

/** A block of SQL is statements by PostgreSQL's own grammar, which also reads what goes through the door. */
export async function readSql(block: Block): Promise<readonly Problem[]> {
  try {
    await parse(block.text)
    return []
  } catch (error) {
    return [problemAt(block, 1, String(error))]
  }
}

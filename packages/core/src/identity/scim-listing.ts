import type { DirectoryEntry } from './directory.js'
import type { ScimPage } from './scim-user.js'

/** How many users are asked for at once. A service may send fewer. */
export const pageSize = 100

/** The most users that are read, those without an account among them. */
const maxUsers = 100_000

/**
 * Every user of a SCIM service, page by page (RFC 7644 section 3.4.2.4): `ask` answers the page that begins at a place,
 * counted from 1. Throws an Error that says what is wrong when the pages are not all of one listing: their number changes,
 * one is empty before the end, or there are more than the service says. What `ask` throws passes.
 */
export async function everyUser(ask: (startIndex: number) => Promise<ScimPage>): Promise<readonly DirectoryEntry[]> {
  const entries: DirectoryEntry[] = []
  let seen = 0
  let total: number | undefined
  do {
    const page = await ask(seen + 1)
    total ??= page.total
    if (total > maxUsers) throw new Error(`it has more than ${String(maxUsers)} users`)
    if (page.total !== total) throw new Error('the number of its users changed while they were listed')
    if (page.count === 0 && seen < total) throw new Error('a page of its users is empty before the last one')
    seen += page.count
    entries.push(...page.entries)
  } while (seen < total)
  if (seen > total) throw new Error('it lists more users than it says')
  return entries
}

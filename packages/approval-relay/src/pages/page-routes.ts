import type { PageContext, Route } from '../ports.js'

/** The pages where people log in, look and decide. */
export function pageRoutes(_context: PageContext): readonly Route[] {
  return []
}

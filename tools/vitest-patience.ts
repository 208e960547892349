import { vi } from 'vitest'

/** `npm run mutants` knows how long the tests take when nothing is lost. */
const timeout = Number(process.env['BOTHKEYS_PATIENCE_MS'] ?? 30_000)

/** `vi.waitFor` gives up after a second, which a busy machine breaks; what never comes true still fails. */
const waitFor = vi.waitFor.bind(vi)
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout, interval: 20, ...options })

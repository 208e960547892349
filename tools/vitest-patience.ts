import { vi } from 'vitest'

/** `vi.waitFor` gives up after a second, which a busy machine breaks; what never comes true still fails. */
const waitFor = vi.waitFor.bind(vi)
vi.waitFor = (callback, options) =>
  waitFor(callback, typeof options === 'number' ? options : { timeout: 30_000, interval: 20, ...options })

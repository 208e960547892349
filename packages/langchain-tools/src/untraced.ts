import { randomUUID } from 'node:crypto'
import type { RunnableConfig } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton as found } from '@langchain/core/singletons'

/** What functions find that look for the run that they belong to, and where its configuration stands in it. */
interface Pattern {
  readonly run: object
  readonly id: string
  readonly extra: object
  readonly key: symbol
}

let pattern: Pattern | undefined

/**
 * Does work in which functions that look for what they belong to find this configuration alone: a run whose trace is not sent, whatever
 * the environment says. LangChain makes such a run anew each time, which costs more than a decision; here each is like the first one.
 */
export function untraced<Answer>(config: Partial<RunnableConfig>, work: () => Promise<Answer>): Promise<Answer> {
  const storage = found.getInstance()
  pattern ??= storage.run(undefined, patternOf)
  return pattern === undefined
    ? storage.run(undefined, () => found.runWithConfig(config, work))
    : storage.run(likeOf(pattern, config), work)
}

/** Undefined: LangChain keeps a configuration in another way than is known here. */
function patternOf(): Pattern | undefined {
  const config = {}
  const run: unknown = found.runWithConfig(config, () => found.getInstance().getStore() as unknown)
  const { extra, id } = (run ?? {}) as { readonly extra?: object; readonly id?: string }
  if (typeof extra !== 'object' || typeof id !== 'string') return undefined
  const key = Object.getOwnPropertySymbols(extra).find((each) => (extra as Record<symbol, unknown>)[each] === config)
  return key && { run: run as object, id, extra, key }
}

/**
 * It has each member of its own, for whoever copies a run copies its own ones: that it is not traced is one of them. Nothing of it is
 * shared that could be changed, and it has a number of its own.
 */
function likeOf({ extra, id, key, run }: Pattern, config: Partial<RunnableConfig>): object {
  const own = Object.create(Object.getPrototypeOf(run) as object) as Record<string, unknown>
  const ownId = randomUUID()
  for (const [name, value] of Object.entries(run))
    own[name] = typeof value === 'string' ? value.replace(id, ownId) : copyOf(value)
  own['extra'] = { ...(copyOf(extra) as object), [key]: config }
  return own
}

/** Of what is neither a list nor a plain object there is no copy. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]))
}

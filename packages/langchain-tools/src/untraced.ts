import type { RunnableConfig } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton as found } from '@langchain/core/singletons'

/** What functions find that look for the run that they belong to, and where its configuration stands in it. */
interface Pattern {
  readonly run: object
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
  return storage.run(undefined, () => {
    pattern ??= patternOf()
    return pattern === undefined ? found.runWithConfig(config, work) : storage.run(likeOf(pattern, config), work)
  })
}

/** Undefined: LangChain keeps a configuration in another way than is known here. */
function patternOf(): Pattern | undefined {
  const config = {}
  const run: unknown = found.runWithConfig(config, () => found.getInstance().getStore() as unknown)
  const { extra } = (run ?? {}) as { readonly extra?: object }
  if (typeof extra !== 'object') return undefined
  const key = Object.getOwnPropertySymbols(extra).find((each) => (extra as Record<symbol, unknown>)[each] === config)
  return key && { run: run as object, extra, key }
}

/** It has members of its own where it could be changed: no run tells the next one anything. */
function likeOf({ extra, key, run }: Pattern, config: Partial<RunnableConfig>): object {
  const own = Object.create(run) as Record<string, unknown>
  for (const [name, value] of Object.entries(run)) if (typeof value === 'object') own[name] = copyOf(value)
  own['extra'] = { ...(copyOf(extra) as object), [key]: config }
  return own
}

/** Of what is neither a list nor a plain object there is no copy. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]))
}

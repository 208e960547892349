import { randomUUID } from 'node:crypto'
import type { RunnableConfig } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton as found } from '@langchain/core/singletons'

/** What functions find that look for the run that they belong to. */
interface Pattern {
  readonly run: Readonly<Record<string, unknown>>
  readonly id: string
  /** Members that are its number, or hold it. */
  readonly numbered: readonly string[]
  /** Members that could be changed. */
  readonly shared: readonly string[]
  /** Where its configuration stands in what it has beside. */
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
  const run = (found.runWithConfig(config, () => found.getInstance().getStore() as unknown) ?? {}) as Pattern['run']
  const { extra, id } = run
  if (typeof extra !== 'object' || extra === null || typeof id !== 'string') return undefined
  const key = Object.getOwnPropertySymbols(extra).find((each) => (extra as Record<symbol, unknown>)[each] === config)
  const named = (is: (value: unknown) => boolean): string[] => Object.keys(run).filter((name) => is(run[name]))
  const numbered = named((value) => typeof value === 'string' && value.includes(id))
  return key && { run, id, numbered, shared: named((value) => copyOf(value) !== value), key }
}

/**
 * It has each member of its own, for whoever copies a run copies its own ones: that it is not traced is one of them. Nothing of it is
 * shared that could be changed, and it has a number of its own.
 */
function likeOf({ id, key, numbered, run, shared }: Pattern, config: Partial<RunnableConfig>): object {
  const own = Object.assign(Object.create(Object.getPrototypeOf(run) as object) as Record<string, unknown>, run)
  const ownId = randomUUID()
  for (const name of numbered) own[name] = (run[name] as string).replace(id, ownId)
  for (const name of shared) own[name] = copyOf(run[name])
  own['extra'] = { ...(own['extra'] as object), [key]: config }
  return own
}

/** Of what is neither a list nor a plain object there is no copy. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copyOf(member)]))
}

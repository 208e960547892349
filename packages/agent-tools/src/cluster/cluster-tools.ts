import type { Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { AgentTool } from '../agent-tool.js'
import { ClusterCalls } from './cluster-calls.js'
import type { ClusterTarget } from './cluster-target.js'
import type { On } from './on-cluster.js'
import { Kinds } from './kinds.js'
import { execTool, logsTool } from './pod-tools.js'
import { getTool, listTool } from './reading-tools.js'
import { applyTool, deleteTool, scaleTool } from './writing-tools.js'

/** Options of `kubernetesTools`. */
export interface KubernetesToolsOptions {
  /** Objects that a model is shown of one list. Default: 50. */
  readonly items?: number
  /** Bytes that a model is shown of one answer. Default: 16,000. */
  readonly bytes?: number
  /**
   * How long a command runs, and an answer takes once it began, in milliseconds. Waiting for people does not count. Default: 30,000.
   */
  readonly timeoutMs?: number
  /** Stands before the names of the tools. Default: `kubernetes`, which makes `kubernetes_get`. */
  readonly prefix?: string
}

/**
 * Tools for one cluster in one session: `get`, `list`, `logs`, `apply`, `scale`, `delete` and `exec`. Each request is decided by itself,
 * may wait for people, and comes back masked and no larger than the options say. Throws ERR_CONFIG_INVALID on a wrong option, and as
 * `target.config` does.
 *
 * @example
 * const tools = kubernetesTools(session, cluster, { items: 20 })
 */
export function kubernetesTools(
  session: Session,
  target: ClusterTarget,
  options: KubernetesToolsOptions = {},
): readonly AgentTool[] {
  const { bytes, items, prefix = 'kubernetes', timeoutMs } = options
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(prefix))
    throw wrong('prefix must be a letter followed by at most 39 letters, digits, - or _')
  const on: On = Object.freeze({
    session,
    target,
    items: count('items', items, 50, 500),
    bytes: count('bytes', bytes, 16_000, 10_000_000),
    calls: new ClusterCalls(target, session, count('timeoutMs', timeoutMs, 30_000, 3_600_000)),
    kinds: new Kinds(),
  })
  const name = (tool: string): string => `${prefix}_${tool}`
  return Object.freeze([
    getTool(name('get'), on),
    listTool(name('list'), on),
    logsTool(name('logs'), on),
    applyTool(name('apply'), on),
    scaleTool(name('scale'), on),
    deleteTool(name('delete'), on),
    execTool(name('exec'), on),
  ])
}

function count(name: string, given: number | undefined, usual: number, most: number): number {
  const value = given ?? usual
  if (Number.isSafeInteger(value) && value > 0 && value <= most) return value
  throw wrong(`${name} must be a whole number from 1 to ${most.toLocaleString('en')}`)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint: 'see the options of kubernetesTools' })
}

import type { KubeConfig } from '@kubernetes/client-node'
import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import type { Variant } from '../interleave.js'
import { interleave } from '../interleave.js'
import { estimate, pairwise } from '../statistics.js'
import type { Row } from '../table.js'
import { micros, ratioText, verdict } from '../table.js'
import type { KubeStage } from './cluster.js'
import { detecting } from './cluster-policy.js'

const kinds = ['get', 'list', 'patch'] as const
/** What a client asks for. */
export type Kind = (typeof kinds)[number]

type Name = 'stock' | 'keepAlive' | 'memory' | 'detectors' | 'file'

/** How many requests each way sends of a kind in one round, and in one turn of it. */
const turns: Readonly<Record<Kind, { readonly turns: number; readonly perTurn: number }>> = {
  get: { turns: 10, perTurn: 10 },
  list: { turns: 4, perTurn: 5 },
  patch: { turns: 4, perTurn: 10 },
}

/** What a client waits for one pod, for a list of them, and for a patch of a label: each way, by turns. */
export async function requestRows(stage: KubeStage, rounds: number): Promise<readonly Row[]> {
  const ways = await waysOf(stage)
  const rows: Row[] = []
  for (const kind of kinds) rows.push(...(await rowsOf(kind, ways, rounds)))
  return rows
}

/** Asks for one thing. `index`: so that no patch is like the one before. */
export function run(kind: Kind, api: CoreV1Api, index: number): Promise<unknown> {
  if (kind === 'get') return api.readNamespacedPod(where)
  if (kind === 'list') return api.listNamespacedPod({ namespace: where.namespace })
  const body = { metadata: { labels: { reviewed: String(index) } } }
  return api.patchNamespacedPod({ ...where, body }, strategic)
}

const where = { namespace: 'team', name: 'web' }
const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch)

/** As many requests as one run may send within a minute, whatever they are. */
const perRun = 250

/** A client for as many requests as there are, of one run after another. */
export function clientOf(open: () => KubeConfig | Promise<KubeConfig>): () => Promise<CoreV1Api> {
  let [api, left] = [undefined as Promise<CoreV1Api> | undefined, 0]
  return () => {
    if (api === undefined || left === 0) {
      api = Promise.resolve(open()).then((config) => config.makeApiClient(CoreV1Api))
      left = perRun
    }
    left -= 1
    return api
  }
}

type Ways = Readonly<Record<Name, () => Promise<CoreV1Api>>>

async function waysOf(stage: KubeStage): Promise<Ways> {
  const [stock, keepAlive] = [stage.stock(), stage.keepAlive()]
  return {
    stock: clientOf(() => stock),
    keepAlive: clientOf(() => keepAlive),
    memory: clientOf(await stage.governedRuns('memory')),
    detectors: clientOf(await stage.governedRuns('memory', [detecting])),
    file: clientOf(await stage.governedRuns('file')),
  }
}

async function rowsOf(kind: Kind, ways: Ways, rounds: number): Promise<readonly Row[]> {
  const variants = (Object.keys(ways) as Name[]).map(
    (name): Variant<Name> => ({ name, run: async (index) => run(kind, await ways[name](), index) }),
  )
  const samples = await interleave(variants, { rounds, ...turns[kind] })
  const row = (figure: string, name: Name, to: Name, goal?: number): Row => {
    const ratio = estimate(pairwise(samples[name], samples[to], (one, raw) => one / raw))
    const added = estimate(pairwise(samples[name], samples[to], (one, raw) => one - raw))
    return {
      figure: `${kind}: ${figure}`,
      goal: goal === undefined ? '' : `≤ ${goal.toFixed(2)}`,
      accepted: '',
      measured: `${ratioText(ratio)}, ${added.median < 0 ? '' : '+'}${micros(added.median)} µs`,
      verdict: goal === undefined ? '' : verdict(ratio.median, goal),
    }
  }
  const kept = micros(estimate(samples.keepAlive).median)
  return [
    row(`governed ÷ keep-alive (${kept} µs)`, 'memory', 'keepAlive', 1.3),
    row('governed ÷ stock', 'memory', 'stock', 0.8),
    row('governed with detectors ÷ keep-alive', 'detectors', 'keepAlive'),
    row('governed, file journal ÷ keep-alive', 'file', 'keepAlive'),
    row('governed, file journal ÷ stock', 'file', 'stock'),
  ]
}

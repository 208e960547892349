import type { KubeConfig } from '@kubernetes/client-node'
import { CoreV1Api } from '@kubernetes/client-node'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import { openKubeStage } from '../kube/cluster.js'
import { detecting } from '../kube/cluster-policy.js'
import { paths } from '../kube/paths.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark, Row } from '../table.js'
import { ratioText, verdict } from '../table.js'

type Name = 'bare' | 'masked' | 'detectors'

/** All pods of a large cluster in one answer. */
export const kubeList: Benchmark = {
  name: 'kube-list',
  async measure({ rounds }) {
    const stage = await openKubeStage({ rounds })
    try {
      const samples = await interleave(
        [
          variant('bare', stage.keepAlive()),
          variant('masked', await stage.governed('memory')),
          variant('detectors', await stage.governed('memory', [detecting])),
        ],
        { rounds, turns: 1, perTurn: 1, before: () => globalThis.gc?.() },
      )
      const row = (figure: string, name: Name): Row => {
        const ratio = estimate(pairwise(samples[name], samples.bare, (one, bare) => one / bare))
        return { figure, goal: '≤ 1.60', accepted: '', measured: ratioText(ratio), verdict: verdict(ratio.median, 1.6) }
      }
      return {
        title: 'All pods of a large cluster',
        method: `\`listPodForAllNamespaces\` of client-node 1.4: ${paths.largeCount.toLocaleString('en')} pods of 4.7 kB each, in one answer of 47 MB: ÷ client-node with an agent that keeps its connection (${estimate(samples.bare).median.toFixed(0)} ms). Masked by kind, as every answer is, and then with ${String(detecting.detect.length)} detectors on every text too. ${String(rounds)} rounds.`,
        rows: [row('masked ÷ bare', 'masked'), row('masked, with detectors ÷ bare', 'detectors')],
      }
    } finally {
      await stage.close()
    }
  },
  async work(_bench, milliseconds) {
    const stage = await openKubeStage({ rounds: 2 })
    try {
      const mask = process.env['BENCH_DETECT'] === undefined ? [] : [detecting]
      return await runFor(milliseconds, variant('detectors', await stage.governed('memory', mask)).run)
    } finally {
      await stage.close()
    }
  },
}

function variant(name: Name, config: KubeConfig): Variant<Name> {
  const api = config.makeApiClient(CoreV1Api)
  return { name, run: () => api.listPodForAllNamespaces() }
}

import { runFor } from '../interleave.js'
import { openKubeStage } from '../kube/cluster.js'
import { clientOf, type Kind, requestRows, run } from '../kube/requests.js'
import type { Benchmark } from '../table.js'

/** What a client waits for one pod, for a list of 100, and for a patch of a label, where the API server itself takes no time. */
export const kubeRequests: Benchmark = {
  name: 'kube-requests',
  async measure({ rounds }) {
    const stage = await openKubeStage({ rounds })
    try {
      return {
        title: 'Requests to a cluster',
        method: `Through \`CoreV1Api\` of client-node 1.4, one after the other, to an API server that answers from memory, over TLS on loopback, in a process of its own: a pod (4 kB), a list of 100 (0.4 MB), and a strategic merge patch of a label. \`stock\` opens a connection for each call, as client-node does; \`keep-alive\` has an agent that keeps them. Of a patch the door sends three requests: a look, a dry run, and the patch. ${String(rounds)} rounds of 20 to 100 of each kind.`,
        rows: await requestRows(stage, rounds),
      }
    } finally {
      await stage.close()
    }
  },
  /** `BENCH_KIND=patch` profiles another kind. */
  async work(_bench, milliseconds) {
    const stage = await openKubeStage({ rounds: 2 })
    try {
      const client = clientOf(await stage.governedRuns('memory'))
      const kind = (process.env['BENCH_KIND'] ?? 'get') as Kind
      return await runFor(milliseconds, async (index) => run(kind, await client(), index))
    } finally {
      await stage.close()
    }
  },
}

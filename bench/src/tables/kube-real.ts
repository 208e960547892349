import { openRealStage } from '../kube/real-cluster.js'
import { requestRows } from '../kube/requests.js'
import type { Benchmark } from '../table.js'

const title = 'Requests to a real API server'

/** The same requests as `kube-requests`, to a real API server: what users wait. */
export const kubeReal: Benchmark = {
  name: 'kube-real',
  async measure({ rounds }) {
    const assets = process.env['KUBEBUILDER_ASSETS'] ?? ''
    if (assets === '')
      return { title, method: 'Not measured: no kube-apiserver is built here. `npm run test:kube` builds one.', rows: [] }
    const stage = await openRealStage(rounds === 1 ? 10 : 100)
    try {
      return {
        title,
        method: `Through \`CoreV1Api\` of client-node 1.4, one after the other, to kube-apiserver and etcd on loopback, on the same cores: a pod, a list of 100, and a strategic merge patch of a label. \`stock\` opens a connection for each call, as client-node does; \`keep-alive\` has an agent that keeps them. Of a patch the door sends three requests: a look, a dry run, and the patch. ${String(rounds)} rounds of 20 to 100 of each kind.`,
        rows: await requestRows(stage, rounds),
      }
    } finally {
      await stage.close()
    }
  },
}

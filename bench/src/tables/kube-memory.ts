import { openKubeStage } from '../kube/cluster.js'
import { measuredBy, type Growth } from '../kube/growth.js'
import type { Benchmark, Row } from '../table.js'
import { verdict } from '../table.js'

/** How much memory a list takes that is far larger than it. */
export const kubeMemory: Benchmark = {
  name: 'kube-memory',
  async measure({ rounds }) {
    const stage = await openKubeStage({ rounds })
    try {
      const growth = (kind: string): Promise<Growth> => measuredBy('memory-child.ts', [kind, JSON.stringify(stage.access)])
      const [bare, governed] = [await growth('bare'), await growth('governed')]
      const row = (figure: string, { bufferMiB, heapMiB, residentMiB }: Growth, goal?: number): Row => ({
        figure,
        goal: goal === undefined ? '' : `≤ ${String(goal)} MiB`,
        accepted: '',
        measured: `${heapMiB.toFixed(1)} MiB heap, ${bufferMiB.toFixed(1)} MiB buffers, ${residentMiB.toFixed(0)} MiB resident`,
        verdict: goal === undefined ? '' : verdict(heapMiB + bufferMiB, goal),
      })
      return {
        title: 'Memory of a large list',
        method: `A list of pods of ${bare.megabytes.toFixed(0)} MB, read from the wire and dropped, in a process of its own; the highest reading, one every 4 MB, less the one before: heap and buffers after a forced collection, resident as it is. The governed one is masked, with detectors.`,
        rows: [row('bare', bare), row('governed', governed, 32)],
      }
    } finally {
      await stage.close()
    }
  },
}

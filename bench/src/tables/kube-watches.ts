import { openKubeStage } from '../kube/cluster.js'
import { measuredBy, type Watched } from '../kube/growth.js'
import { paths } from '../kube/paths.js'
import type { Benchmark, Row } from '../table.js'

/** Many watches of one session at once. */
export const kubeWatches: Benchmark = {
  name: 'kube-watches',
  async measure({ rounds }) {
    const count = rounds === 1 ? 50 : 500
    const expected = count * paths.eventsPerWatch
    const stage = await openKubeStage({ rounds })
    try {
      const watched = (kind: string): Promise<Watched> =>
        measuredBy('watches-child.ts', [kind, JSON.stringify(stage.access), String(count)])
      const [bare, governed] = [await watched('bare'), await watched('governed')]
      const memory = (figure: string, { bufferKiB, heapKiB, milliseconds }: Watched): Row => ({
        figure,
        goal: '',
        accepted: '',
        measured: `${heapKiB.toFixed(0)} KiB heap, ${bufferKiB.toFixed(0)} KiB buffers, ${milliseconds.toFixed(0)} ms`,
        verdict: '',
      })
      return {
        title: 'Many watches',
        method: `${String(count)} watches of secrets through \`Watch\` of client-node 1.4 in one process. When all of them are open, each gets ${String(paths.eventsPerWatch)} events at once. Memory is what is left after a collection while all are open, for each watch, the client's own with it; the time is from the first watch to the last event.`,
        rows: [
          memory('bare, for each watch', bare),
          memory('governed, for each watch', governed),
          {
            figure: 'events that came masked',
            goal: String(expected),
            accepted: '',
            measured: `${String(governed.masked)} of ${String(governed.events)}`,
            verdict: governed.masked === expected && governed.events === expected ? 'goal' : 'missed',
          },
        ],
      }
    } finally {
      await stage.close()
    }
  },
}

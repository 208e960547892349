import { readFileSync } from 'node:fs'
import { cpus, freemem, loadavg, release, totalmem, type } from 'node:os'
import { tmpdir } from 'node:os'

/** What the figures were measured on, as lines of Markdown. */
export function describeMachine(postgresVersion: string): readonly string[] {
  const processors = cpus()
  const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`
  return [
    `- processor: ${processors[0]?.model.trim() ?? 'unknown'}, ${String(processors.length)} cores`,
    `- memory: ${gibibytes(totalmem())}, ${gibibytes(freemem())} free`,
    `- system: ${type()} ${release()}, journal and cluster on ${fileSystemOf(tmpdir())}`,
    `- Node.js ${process.versions.node}, PostgreSQL ${postgresVersion}`,
    `- load average at the start: ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')} (other work runs on these cores: read the ratios, not the times)`,
  ]
}

/** The type of the file system under a path, from Linux's own list of mounts. */
function fileSystemOf(path: string): string {
  try {
    const mounts = readFileSync('/proc/self/mounts', 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([, point]) => point !== undefined && (path === point || path.startsWith(point.replace(/\/?$/, '/'))))
      .toSorted(([, a], [, b]) => (b?.length ?? 0) - (a?.length ?? 0))
    const [device, , kind] = mounts[0] ?? []
    return kind === undefined ? path : `${kind} (${device ?? 'unknown'})`
  } catch {
    return path
  }
}

import type { Duplex, Readable, Writable } from 'node:stream'

/** A container of a pod. */
export type Container = { readonly namespace: string; readonly pod: string; readonly container: string }

/** What one call to a kubelet asks for. */
export type Call<Target> = {
  readonly target: Target
  readonly query: URLSearchParams
  /** Aborted when the other side has gone. */
  readonly signal: AbortSignal
}

/** Both ends of a process in a container. */
export type ProcessCall = Call<Container> & {
  /** Empty for `attach`. */
  readonly command: readonly string[]
  readonly tty: boolean
  /** Ends at once when nobody asked for one. */
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
  /** Sizes of the terminal so far, in the JSON that they came in. */
  readonly sizes: readonly string[]
}

export type PortCall = Call<Omit<Container, 'container'>> & { readonly port: number; readonly stream: Duplex }

/** How a kubelet behaves. What has no handler is answered with 404. */
export type KubeletHandlers = {
  /** Writes a log; it ends when the promise resolves. */
  logs?: (call: Call<Container>, output: Writable) => Promise<void>
  /** Plays a process and returns its exit code. */
  exec?: (call: ProcessCall) => Promise<number>
  /** Plays what is attached to, and returns its exit code. */
  attach?: (call: ProcessCall) => Promise<number>
  /** Plays what listens on a port; the tunnel ends with the stream. */
  portForward?: (call: PortCall) => void
}

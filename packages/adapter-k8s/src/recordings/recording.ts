import type { Writable } from 'node:stream'

/** Which exec or attach a recording is of. */
export interface Recorded {
  /** Names the action in the record of the guard: unique, letters, digits, `-` and `_`. */
  readonly actionId: string
  /** The session that asked for it. */
  readonly sessionId: string
  /** The subresource of the pod. */
  readonly kind: 'exec' | 'attach'
  /** That of the pod. */
  readonly namespace: string
  /** Its name. */
  readonly pod: string
  /** Undefined: the one that the API server chose. */
  readonly container: string | undefined
}

/**
 * Opens what a recording is written to, in UTF-8: asciicast v2. It is opened before anything is sent, and nothing goes on to a client
 * before the stream took it. Where it throws, rejects or fails, the process is not begun, or is cut.
 *
 * @example
 * const recordings: OpenRecording = ({ actionId }) => createWriteStream(`/recordings/${actionId}.cast`, { flags: 'wx', mode: 0o600 })
 */
export type OpenRecording = (of: Recorded) => Writable | Promise<Writable>

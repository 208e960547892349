/** What an answer goes out by: a `ServerResponse`, or what hands it over within the process. */
export interface Outlet {
  statusCode: number
  /** Whether the head is out. */
  readonly headersSent: boolean
  /** Whether all of it is. */
  readonly writableFinished: boolean
  readonly destroyed: boolean
  setHeaders(headers: Map<string, string | readonly string[]>): unknown
  flushHeaders(): void
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown
  /** False: wait for `drain` before there is more. */
  write(part: Uint8Array): boolean
  end(last?: string | Uint8Array): unknown
  /** Breaks it off: nobody takes it for whole. */
  destroy(): unknown
  once(event: 'close' | 'drain', listener: () => void): unknown
  off(event: 'close' | 'drain', listener: () => void): unknown
}

/** What came in over HTTP. */
export interface Incoming {
  /** Other methods are answered before any route. */
  readonly method: 'GET' | 'POST'
  /** As it was received, with the query. */
  readonly path: string
  /** On the public URL. */
  readonly url: URL
  /** The parts of the path that the route names, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Lower-case names. Authorization, Content-Type, Content-Length, Cookie, Host and Origin come at most once. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Raw bytes, at most `maxBytes`. */
  readonly body: Uint8Array
}

/** What goes out. */
export interface Outgoing {
  /** The HTTP status. */
  readonly status: number
  /** Set-Cookie may be a list. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined
  /** Text goes out as UTF-8. Undefined: empty. */
  readonly body?: string | Uint8Array | undefined
  /**
   * In place of a body: writes chunks until it resolves (server-sent events). `signal` aborts when the client goes or the relay
   * closes; `send` answers false when the client reads too slowly and should be dropped.
   */
  readonly stream?: ((send: (chunk: string) => boolean, signal: AbortSignal) => Promise<void>) | undefined
}

/** One path of the server. */
export interface Route {
  /** One method of the path: another one is another route. */
  readonly method: 'GET' | 'POST'
  /** Segments that begin with `:` match one segment: `/requests/:id`. */
  readonly path: string
  /** `page`: only under the Host of the public URL, otherwise 421. `open`: under any. */
  readonly kind: 'page' | 'open'
  /** The longest body in bytes. Default 64 KiB for a POST. */
  readonly maxBytes?: number | undefined
  /** What it throws is answered with 500 and told to `onFailure`. `signal` aborts when the relay closes, and with GET when the client goes. */
  handle(incoming: Incoming, signal: AbortSignal): Promise<Outgoing>
}

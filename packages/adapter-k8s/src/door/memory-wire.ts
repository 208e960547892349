import { type Duplex, duplexPair } from 'node:stream'

/** How much one side may write before the other has read it, in bytes. */
const highWaterMark = 256 * 1024

/** Two ends of a connection within the process: what one writes, the other reads. Neither has a port or an address. */
export function memoryWire(): readonly [Duplex, Duplex] {
  const [client, server] = duplexPair({ highWaterMark })
  breaksWith(client, server)
  breaksWith(server, client)
  return [likeSocket(client), likeSocket(server)]
}

/** Who goes leaves nobody waiting. What was said to the end was read to its end by then. */
function breaksWith(end: Duplex, other: Duplex): void {
  end.once('close', () => {
    other.destroy()
  })
}

/** What HTTP clients and servers call on a socket, and what has no meaning here. */
function likeSocket(end: Duplex): Duplex {
  const itself = (): Duplex => end
  return Object.assign(end, {
    setNoDelay: itself,
    setKeepAlive: itself,
    setTimeout: itself,
    ref: itself,
    unref: itself,
  })
}

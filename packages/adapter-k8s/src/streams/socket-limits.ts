/** What a WebSocket of either side may make the door keep. */
export const socketLimits = Object.freeze({
  perMessageDeflate: false,
  /** Bytes of one message: more than the largest parts that clients and servers are known to send. */
  maxPayload: 4 * 1024 * 1024,
  maxFragments: 1024,
  /** Answered where there is room for the answer. */
  autoPong: false,
  /** How long the other side may take to hear that it is over, in milliseconds. */
  closeTimeout: 2000,
})

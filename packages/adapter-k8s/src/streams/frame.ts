/** Channels of exec and attach, in `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of a message names its channel. */
export const channels = Object.freeze({ stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 })

/** A message on a channel. */
export interface Frame {
  readonly channel: number
  readonly data: Buffer
}

/** The message that says so. */
export function written(channel: number, data: Uint8Array): Buffer {
  const message = Buffer.allocUnsafe(data.length + 1)
  message[0] = channel
  message.set(data, 1)
  return message
}

import { PassThrough } from 'node:stream'
import type { WebSocket } from 'ws'
import type { Container, ProcessCall } from './call.js'
import { channelWriter, closedSignal, closing, ended, parseFrame } from './frames.js'

const channels = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4 }

/** Lets `play` be a process on the socket, and tells its exit code as a kubelet does. */
export async function serveProcess(
  socket: WebSocket,
  target: Container,
  query: URLSearchParams,
  play: (call: ProcessCall) => Promise<number>,
): Promise<void> {
  const stdin = new PassThrough()
  const sizes: string[] = []
  const stdout = channelWriter(socket, channels.stdout)
  const stderr = channelWriter(socket, channels.stderr)
  if (!isSet(query, 'input')) stdin.end()
  socket.on('message', (message) => {
    const { channel, data } = parseFrame(message)
    if (channel === channels.stdin && !stdin.writableEnded) stdin.write(data)
    if (channel === channels.resize) sizes.push(data.toString())
    if (channel === closing && data[0] === channels.stdin) stdin.end()
  })
  socket.once('close', () => stdin.end())
  const status = await play({
    target,
    query,
    signal: closedSignal(socket),
    command: query.getAll('command'),
    tty: isSet(query, 'tty'),
    stdin,
    stdout,
    stderr,
    sizes,
  }).then(exitStatus, failureStatus)
  await Promise.all([ended(stdout), ended(stderr)])
  const last = channelWriter(socket, channels.status)
  last.end(JSON.stringify(status))
  await ended(last)
  socket.close(1000)
}

/** As kubelets write it (k8s.io/client-go tools/remotecommand, `v4`). */
function exitStatus(code: number): object {
  if (code === 0) return { metadata: {}, status: 'Success' }
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: ${String(code)}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  }
}

function failureStatus(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error)
  return { metadata: {}, status: 'Failure', message, reason: 'InternalError', code: 500 }
}

function isSet(query: URLSearchParams, name: string): boolean {
  return ['1', 'true'].includes(query.get(name) ?? '')
}

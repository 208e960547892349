import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { ToolFailure } from '../agent-tool.js'
import { Kept, type Capped } from './capped.js'
import { brokenOff, failureIn, type OpenCall } from './cluster-calls.js'
import { memberOf, textAt } from './json.js'

/** How a command ended, and what it wrote. */
export interface Executed {
  /** Undefined: nobody said how it ended. */
  readonly exitCode: number | undefined
  /** What the API server says where there is no exit code. */
  readonly message: string | undefined
  readonly stdout: Capped
  readonly stderr: Capped
}

/** Channels of `v5.channel.k8s.io`: the first byte of a message names its channel. */
const channels = { stdout: 1, stderr: 2, status: 3 } as const

/**
 * Runs a command in a container, without input and terminal, and keeps the beginning of what it writes. Rejects with what the door
 * refused, and with a ToolFailure where the connection broke off or the command did not end in time: it may go on then.
 */
export async function execInPod(
  call: OpenCall,
  path: string,
  {
    bytes,
    command,
    container,
  }: { readonly bytes: number; readonly command: readonly string[]; readonly container: string | undefined },
): Promise<Executed> {
  const { agent, url } = await call.socketOptions()
  const query = new URLSearchParams([
    ...command.map((word): [string, string] => ['command', word]),
    ...(container === undefined ? [] : [['container', container] as [string, string]]),
    ['stdin', 'false'],
    ['stdout', 'true'],
    ['stderr', 'true'],
    ['tty', 'false'],
  ])
  const socket = new WebSocket(`${url}${path}?${query.toString()}`, ['v5.channel.k8s.io', 'v4.channel.k8s.io'], {
    agent: agent as never,
    perMessageDeflate: false,
    maxPayload: 1024 * 1024 * 16,
  })
  try {
    await opened(socket)
    return await ended(socket, { bytes, timeoutMs: call.timeoutMs })
  } catch (error) {
    throw brokenOff(error)
  } finally {
    // What breaks off late is heard by nobody.
    socket.on('error', () => undefined)
    socket.terminate()
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
    socket.once('unexpected-response', (_request, answer: IncomingMessage) => {
      void failureIn(answer).then(reject, reject)
    })
  })
}

async function ended(
  socket: WebSocket,
  { bytes, timeoutMs }: { readonly bytes: number; readonly timeoutMs: number },
): Promise<Executed> {
  const [stdout, stderr] = [new Kept(Math.ceil(bytes / 2), 'beginning'), new Kept(Math.floor(bytes / 2), 'beginning')]
  let status: Buffer | undefined
  socket.on('message', (message: Buffer) => {
    const data = message.subarray(1)
    if (message[0] === channels.stdout) stdout.add(data)
    else if (message[0] === channels.stderr) stderr.add(data)
    else if (message[0] === channels.status) {
      status = data
      socket.close(1000)
    }
  })
  const late = new AbortController()
  const timer = setTimeout(() => {
    late.abort()
  }, timeoutMs)
  try {
    await once(socket, 'close', { signal: late.signal })
  } catch (error) {
    if (!late.signal.aborted) throw error
    throw new ToolFailure(
      `the command did not end within ${String(timeoutMs)} ms, and may go on running. It wrote: ${JSON.stringify({ stdout: stdout.capped.text, stderr: stderr.capped.text })}`,
    )
  } finally {
    clearTimeout(timer)
  }
  if (status === undefined) throw new Error('nobody said how the command ended')
  return { ...howItEnded(status), stdout: stdout.capped, stderr: stderr.capped }
}

function howItEnded(data: Buffer): Pick<Executed, 'exitCode' | 'message'> {
  const status = JSON.parse(data.toString('utf8')) as unknown
  if (textAt(status, 'status') === 'Success') return { exitCode: 0, message: undefined }
  const causes = memberOf(memberOf(status, 'details'), 'causes')
  const cause = (Array.isArray(causes) ? (causes as readonly unknown[]) : []).find(
    (each) => textAt(each, 'reason') === 'ExitCode',
  )
  const code = textAt(cause, 'message') ?? ''
  if (/^\d{1,10}$/.test(code)) return { exitCode: Number(code), message: undefined }
  return { exitCode: undefined, message: textAt(status, 'message')?.slice(0, 2_000) }
}

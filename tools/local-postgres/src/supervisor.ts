import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/** What to run: the log file takes stdout and stderr. */
export type Command = {
  readonly command: string
  readonly args: readonly string[]
  readonly logFile: string
  readonly options: { readonly uid?: number; readonly gid?: number; readonly env: Readonly<Record<string, string>> }
}

export type RunningProcess = {
  readonly pid: number
  /** Resolves when the process has ended, with its exit code (-1 after a signal). Never rejects. */
  readonly exited: Promise<number>
}

/** The parent's side of supervisor.mjs. */
export type Supervisor = {
  /** Starts a process. Rejects when the program cannot be started. */
  start(command: Command): Promise<RunningProcess>
  /** From now on the supervisor does not keep this process alive. */
  release(): void
  /** Stops every process that was started, removes the folder and resolves when both are gone. */
  stop(): Promise<void>
}

type Reply = { readonly id: number; readonly pid?: number; readonly exit?: number; readonly error?: string }

/**
 * Hands a folder to a supervisor process. When this process ends, also by `kill -9`, the supervisor stops what runs there
 * and removes the folder.
 */
export function superviseFolder(folder: string): Supervisor {
  const script = fileURLToPath(new URL('../supervisor.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, folder], {
    detached: true,
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // Node types the ends of a pipe as plain streams; they are sockets, which can be told not to keep the process alive.
  const pipes = [child.stdin, child.stdout] as unknown as readonly Socket[]

  const listeners = new Map<number, (reply: Reply) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    const reply = JSON.parse(line) as Reply // written by supervisor.mjs
    listeners.get(reply.id)?.(reply)
  })
  let lastId = 0
  let stopped: Promise<void> | undefined

  return {
    async start(command) {
      const id = (lastId += 1)
      const { promise: exited, resolve: end } = deferred<number>()
      const { promise: started, resolve: begin } = deferred<Reply>()
      listeners.set(id, (reply) => {
        begin(reply)
        if (reply.exit !== undefined) end(reply.exit)
      })
      child.stdin.write(`${JSON.stringify({ id, ...command })}\n`)
      const reply = await started
      if (reply.pid === undefined) throw new Error(`could not start ${command.command}: ${String(reply.error)}`)
      return { pid: reply.pid, exited }
    },
    release() {
      for (const handle of [child, ...pipes]) handle.unref()
    },
    stop() {
      stopped ??= (async () => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.ref()
        child.stdin.end()
        await once(child, 'exit')
      })()
      return stopped
    },
  }
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

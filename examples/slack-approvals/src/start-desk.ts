import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The desk in a process of its own. In earnest, that belongs to another user or another host (docs/relay.md). */
export interface RunningDesk {
  close(): Promise<void>
}

/** Starts it, with these variables beside those of this process. Rejects when it ends before it listens. */
export async function startDesk(variables: Readonly<Record<string, string>>): Promise<RunningDesk> {
  const program = fileURLToPath(new URL('desk.ts', import.meta.url))
  const desk = fork(program, { env: { ...process.env, ...variables } })
  const exited = once(desk, 'exit')
  const [first] = (await Promise.race([once(desk, 'message'), exited])) as readonly unknown[]
  if (first !== 'ready') throw new Error('the desk did not start')
  return {
    close: async () => {
      if (desk.connected) desk.disconnect()
      await exited
    },
  }
}

import { readFileSync, readlinkSync } from 'node:fs'

/** A process, told apart from every later one with the same pid. Empty where the system does not say. */
export interface LockOwner {
  readonly pid: number
  /** When it started, in clock ticks since boot. */
  readonly started: string
  readonly boot: string
  /** The pid namespace: pids mean nothing across containers. */
  readonly namespace: string
}

/** Who this process is, and whether another one still runs. `unknown`: it cannot be told from here. */
export interface OwnerIdentity {
  readonly self: LockOwner
  judge(owner: LockOwner): 'alive' | 'dead' | 'unknown'
}

/** The identity of this process, by /proc where there is one. */
export function processIdentity(): OwnerIdentity {
  const self: LockOwner = Object.freeze({
    pid: process.pid,
    started: processState(process.pid)?.started ?? '',
    boot: textOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: textOf(() => readlinkSync('/proc/self/ns/pid')),
  })
  return { self, judge: (owner) => judge(self, owner) }
}

function judge(self: LockOwner, owner: LockOwner): 'alive' | 'dead' | 'unknown' {
  if (self.boot === '' || self.boot !== owner.boot || self.namespace !== owner.namespace) return 'unknown'
  if (!mayRun(owner.pid)) return 'dead'
  const state = processState(owner.pid)
  // Another user's process can be hidden in /proc: it runs, and that is all one can know.
  if (state === undefined || owner.started === '') return 'unknown'
  return state.started === owner.started && !state.isOver ? 'alive' : 'dead'
}

function mayRun(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** State and start time from /proc/pid/stat (proc(5), fields 3 and 22). The name before them may contain anything. */
function processState(pid: number): { readonly isOver: boolean; readonly started: string } | undefined {
  const stat = textOf(() => readFileSync(`/proc/${String(pid)}/stat`, 'utf8'))
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (state === undefined || started === undefined) return undefined
  return { isOver: state === 'Z' || state === 'X', started }
}

function textOf(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}

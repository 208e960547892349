import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import type { KubeConfig } from '@kubernetes/client-node'

type Spawn = (command: string, args: readonly string[] | undefined, options: SpawnOptions) => ChildProcess

/** The processes of one login, each with all that it starts. */
export class LoginPlugins {
  readonly #running = new Set<ChildProcess>()

  /** Has the plugins that a configuration runs within this work be of this login. */
  static during<Result>(login: LoginPlugins, config: KubeConfig, work: () => Promise<Result>): Promise<Result> {
    follow(config)
    return current.run(login, work)
  }

  /** Begins a plugin in a process group of its own, which ends with this process at the latest. */
  begin(spawn: Spawn, command: string, args: readonly string[] | undefined, options: SpawnOptions): ChildProcess {
    const plugin = spawn(command, args, { ...options, detached: hasGroups })
    const end = (): void => {
      endGroup(plugin)
    }
    this.#running.add(plugin)
    process.once('exit', end)
    plugin.once('close', () => {
      this.#running.delete(plugin)
      process.off('exit', end)
    })
    return plugin
  }

  /** Ends those that are running, with whatever they started. */
  end(): void {
    for (const plugin of this.#running) {
      endGroup(plugin)
      // Who left the group may still hold these open.
      plugin.stdout?.destroy()
      plugin.stderr?.destroy()
    }
  }
}

const hasGroups = process.platform !== 'win32'
const current = new AsyncLocalStorage<LoginPlugins>()
const followed = new WeakSet<object>()

/** How client-node runs plugins: `ExecAuth` of a configuration, which is no public name. */
interface RunsPlugins {
  execFn: Spawn
}

function follow(config: KubeConfig): void {
  const { authenticators = [] } = config as unknown as { readonly authenticators?: readonly object[] }
  for (const each of authenticators) {
    if (followed.has(each) || !('execFn' in each) || typeof each.execFn !== 'function') continue
    followed.add(each)
    const runs = each as RunsPlugins
    const spawn = runs.execFn
    runs.execFn = (command, args, options) =>
      current.getStore()?.begin(spawn, command, args, options) ?? spawn(command, args, options)
  }
}

function endGroup(plugin: ChildProcess): void {
  const { pid } = plugin
  if (pid === undefined) return
  try {
    if (hasGroups) process.kill(-pid, 'SIGKILL')
    else plugin.kill('SIGKILL')
  } catch {
    // It ended by itself.
  }
}

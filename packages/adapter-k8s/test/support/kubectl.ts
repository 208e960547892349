import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a command said when it ended. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An unmodified kubectl with a kubeconfig, and nothing else of this machine. */
export class Kubectl {
  readonly #home = mkdtempSync(join(tmpdir(), 'bk-kubectl-'))
  readonly #program: string
  readonly #kubeconfig: string
  readonly #running = new Set<ChildProcess>()

  constructor(program: string, kubeconfig: string) {
    this.#program = program
    this.#kubeconfig = kubeconfig
  }

  /** Starts it. Whoever starts it ends it, or `close` does. */
  start(args: readonly string[]): ChildProcess {
    const child = spawn(this.#program, args, {
      env: { PATH: process.env['PATH'], HOME: this.#home, KUBECONFIG: this.#kubeconfig },
    })
    this.#running.add(child)
    child.once('close', () => this.#running.delete(child))
    return child
  }

  /** Runs it to its end, with this on its standard input. */
  run(args: readonly string[], input?: unknown): Promise<Ran> {
    const child = this.start(args)
    const said = { stdout: '', stderr: '' }
    child.stdout?.on('data', (chunk: Buffer) => (said.stdout += chunk.toString('utf8')))
    child.stderr?.on('data', (chunk: Buffer) => (said.stderr += chunk.toString('utf8')))
    child.stdin?.end(input === undefined ? '' : JSON.stringify(input))
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        resolve({ code, ...said })
      })
    })
  }

  /** Runs it to its end. Rejects with what it said when that is not a good one. */
  async output(args: readonly string[], input?: unknown): Promise<string> {
    const { code, stderr, stdout } = await this.run(args, input)
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${String(code)}: ${stderr}`)
    return stdout
  }

  close(): void {
    for (const child of this.#running) child.kill()
    rmSync(this.#home, { recursive: true, force: true })
  }
}

/** The kubectl that this machine has, which may be newer than the API server of tests. */
export function installedKubectl(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v kubectl'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a step of the job said when it ended. */
export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Where the job finds psql and kubectl: a kubectl of KUBEBUILDER_ASSETS comes first. */
const path = [process.env['KUBEBUILDER_ASSETS'], process.env['PATH']]
  .filter((each) => each !== undefined)
  .join(delimiter)

/** Throws when a program of the job is not here: what was not tried was not shown. */
export async function assertInstalled(...programs: readonly string[]): Promise<void> {
  for (const program of programs) {
    const { code } = await run('sh', ['-c', `command -v "$0"`, program], {})
    if (code !== 0) throw new Error(`${program} is not installed here, and the job of this example needs it`)
  }
}

/** Runs a step of `pipeline.sh` with these variables, and nothing else of this machine. */
export async function step(name: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  return run(fileURLToPath(new URL('../pipeline/pipeline.sh', import.meta.url)), [name], env)
}

function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { env: { PATH: path, LC_ALL: 'C', ...env } }, (_, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr })
    })
  })
}

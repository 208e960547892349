import { execFileSync } from 'node:child_process'

/** The operating system account that runs the server; undefined means this process's own. */
export type Account = { readonly uid: number; readonly gid: number }

/** PostgreSQL refuses to run as root, so root lends it the account `nobody`, which every system has. */
export function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** The programs of a control plane. */
export type Assets = {
  readonly etcd: string
  readonly apiServer: string
  readonly kubectl: string
  /** Of the API server, for example `1.20.2`. */
  readonly version: string
}

/** Finds the programs in the folder that `KUBEBUILDER_ASSETS` names. Throws when one is missing. */
export function findAssets(folder: string | undefined = process.env['KUBEBUILDER_ASSETS']): Assets {
  if (folder === undefined || folder === '') throw new Error(`KUBEBUILDER_ASSETS is not set. ${advice}`)
  const program = (name: string): string => {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      throw new Error(`There is no program ${file}. ${advice}`)
    }
  }
  const apiServer = program('kube-apiserver')
  const printed = execFileSync(apiServer, ['--version'], { encoding: 'utf8' })
  const version = /\d+\.\d+\.\d+/.exec(printed)?.[0]
  if (version === undefined) throw new Error(`${apiServer} does not tell its version: ${printed}`)
  return { etcd: program('etcd'), apiServer, kubectl: program('kubectl'), version }
}

const advice = '"npm run test:kube" builds kube-apiserver, etcd and kubectl once and sets it.'

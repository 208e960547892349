import { randomBytes } from 'node:crypto'
import { linkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PrivateFolder } from '@bothkeys/core/adapter'
import { invalid } from './loopback-options.js'

/** What a client needs to reach one door as one session. */
export interface ClientAccess {
  readonly server: string
  /** Of the authority, as PEM. */
  readonly authority: string
  readonly token: string
  readonly namespace: string | undefined
}

/** The kubeconfig of one door, in a folder that only this user can enter. It is the key to the door. */
export class KubeconfigFile {
  readonly path: string
  readonly #folder: PrivateFolder
  #wrote = false

  private constructor(folder: PrivateFolder) {
    this.#folder = folder
    this.path = join(folder.path, 'kubeconfig')
  }

  /** Throws ERR_CONFIG_INVALID when the folder is open to others. */
  static in(path: string | undefined): KubeconfigFile {
    return new KubeconfigFile(PrivateFolder.open(path))
  }

  /** Writes it whole or not at all, readable by its owner alone. Throws ERR_CONFIG_INVALID when there is one already. */
  write(access: ClientAccess): void {
    const draft = `${this.path}.${randomBytes(8).toString('hex')}`
    try {
      writeFileSync(draft, kubeconfigOf(access), { mode: 0o600, flag: 'wx' })
      // Unlike a renamed one it takes the place of no other.
      linkSync(draft, this.path)
      this.#wrote = true
    } catch (cause) {
      throw invalid(`${this.path} could not be written`, 'remove it if no door uses it, or give another path', cause)
    } finally {
      rmSync(draft, { force: true })
    }
  }

  /** Removes what this door made. At once, so that nothing stays behind when the process ends next. */
  remove(): void {
    if (this.#wrote) rmSync(this.path, { force: true })
    this.#folder.remove()
  }
}

const name = 'bothkeys'

/** JSON is YAML, and needs no quoting of its own. */
function kubeconfigOf({ authority, namespace, server, token }: ClientAccess): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace !== undefined && { namespace }) } }],
    'current-context': name,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}

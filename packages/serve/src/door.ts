import { dirname } from 'node:path'
import type { PostgresTarget, ServedDoor } from '@bothkeys/pg'
import { BothKeysError } from '@bothkeys/core'
import { given } from './build/given.js'
import type { TargetConfig } from './build/targets.js'
import type { Places } from './files/secret.js'
import { trustedFolder } from './files/trusted-file.js'
import { claimsOf } from './sessions/peeked-token.js'
import type { Admitted, DoorLogin } from './sessions/served-session.js'

/** Opens the door of a target where the configuration says. Throws ERR_CONFIG_INVALID for an address that cannot be had. */
export async function openDoor(
  target: PostgresTarget,
  { listen, name }: TargetConfig,
  places: Places,
  admit: (login: DoorLogin, signal: AbortSignal) => Promise<Admitted>,
): Promise<ServedDoor> {
  const { maxConnections, maxConnectionsPerAccount, path, port, socketMode } = listen
  const options = { ...given({ maxConnections, maxConnectionsPerAccount }), admit, claims: claimsOf }
  if (port !== undefined) return target.serve({ port, ...options })
  if (path === undefined) throw new BothKeysError('ERR_CONFIG_INVALID', `${name} has no address`)
  const folder = places.resolve(path)
  trustedFolder(folder, `the folder of the door of ${name}`)
  trustedFolder(dirname(folder), `the folder above the door of ${name}`)
  return target.serve({ path: folder, socketMode: Number.parseInt(socketMode, 8), ...options })
}

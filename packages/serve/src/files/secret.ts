import { join } from 'node:path'
import { BothKeysError } from '@bothkeys/core'
import type { SecretPlace } from '../config/secret-keys.js'
import { readBoundedText } from './bounded-text.js'
import { trustedFile } from './trusted-file.js'

/** Where files stand. */
export interface Places {
  /** A path of the configuration, made absolute. */
  readonly resolve: (path: string) => string
  /** `$CREDENTIALS_DIRECTORY` of systemd, if there is one. */
  readonly credentials: string | undefined
}

/**
 * A secret from its file or from a systemd credential, without the line end that editors add. Throws ERR_CONFIG_INVALID when
 * others can read it, when it is empty or has several lines; no error holds any of it.
 */
export function readSecret(place: SecretPlace, what: string, places: Places): string {
  const path = secretPath(place, what, places)
  const text = readBoundedText(path, what).replace(/\r?\n$/, '')
  if (text !== '' && !/[\0\r\n]/.test(text)) return text
  throw new BothKeysError('ERR_CONFIG_INVALID', `${what} ${path} is empty or has several lines`, {
    hint: 'write the secret alone, on one line',
  })
}

/** The path of a file with a secret. Throws ERR_CONFIG_INVALID when others can read it. */
export function secretPath(place: SecretPlace, what: string, places: Places): string {
  const path = place.file === undefined ? credentialPath(place, what, places) : places.resolve(place.file)
  trustedFile(path, place.file === undefined ? 'credential' : 'secret', what)
  return path
}

function credentialPath({ credential }: SecretPlace, what: string, places: Places): string {
  if (credential === undefined) throw new BothKeysError('ERR_CONFIG_INVALID', `${what}: no file is named`)
  if (places.credentials !== undefined) return join(places.credentials, credential)
  throw new BothKeysError('ERR_CONFIG_INVALID', `${what}: there is no $CREDENTIALS_DIRECTORY`, {
    hint: `give the unit LoadCredential=${credential}:…, or name a file`,
  })
}

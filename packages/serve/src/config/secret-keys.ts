import type { Shape } from './shape.js'
import { optional, text } from './shape.js'

/** The path of a file, taken from the folder of the configuration when it is relative. */
export const path: Shape<string> = text('a path', /^[^\0\r\n]{1,4000}$/)

/** The name of a systemd credential: a file of that name in `$CREDENTIALS_DIRECTORY`. */
export const credential: Shape<string> = text('the name of a systemd credential', /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/)

/** A secret that stands in a file of its own or in a systemd credential. */
export interface SecretPlace {
  readonly file?: string | undefined
  readonly credential?: string | undefined
}

/** A key that names a password, a token or a key itself. None of it belongs into a configuration. */
export function refusedSecret(where: string): Shape<undefined> {
  return {
    takes: 'nothing: it is always refused',
    otherwise: 'none',
    absent: () => undefined,
    read: (_value, at, problems) =>
      problems.add(at, `no secret belongs here; put it into a file of its own and ${where}`),
  }
}

export const maybePath: Shape<string | undefined> = optional(path)
export const maybeCredential: Shape<string | undefined> = optional(credential)

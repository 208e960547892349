import type { JwtVerifierOptions } from '../../src/identity/jwt-options.js'

/** A token that must be refused: what it is called, how it is made, what the refusal says. */
export interface HostileToken {
  readonly name: string
  readonly make: () => string | Promise<string>
  readonly reason: string
  /** What the verifier is told besides the usual. */
  readonly change?: Partial<JwtVerifierOptions>
}

/** One row of a table of hostile tokens. */
export function hostile(
  name: string,
  make: HostileToken['make'],
  reason: string,
  change: Partial<JwtVerifierOptions> = {},
): HostileToken {
  return { name, make, reason, change }
}

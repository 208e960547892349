import { hash } from 'node:crypto'

/** The hash that the first event of a session names as its predecessor. */
export const noHash: string = '0'.repeat(64)

/**
 * A text between the byte that domain-separates its hash and the newline that ends its line. One string serves both, so
 * that the engine puts its pieces together once.
 */
export function frame(text: string): string {
  return `\0${text}\n`
}

/** SHA-256(0x00 ‖ text) in lower-case hex: the link of the session's chain and the leaf hash of RFC 6962. */
export function frameHash(framed: string): string {
  return hash('sha256', framed.slice(0, -1), 'hex')
}

/** The same hash of a text that is not framed. */
export function eventHash(text: string): string {
  return hash('sha256', `\0${text}`, 'hex')
}

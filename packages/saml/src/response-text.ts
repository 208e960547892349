import { responseRefused } from './response-refused.js'

/** The most bytes of XML that are looked at. */
const maxBytes = 256 * 1024
/** Base64 is a third longer; line breaks every 64 characters add a little. */
const maxCharacters = Math.ceil((maxBytes * 4) / 3) + 16 * 1024

/** A response as it was sent, and as text. */
export interface ResponseText {
  readonly base64: string
  readonly xml: string
}

/**
 * Decodes what the HTTP-POST binding carries (SAML Bindings, section 3.5.4): canonical base64, in which only line breaks may
 * stand, of at most 256 KiB of UTF-8 without a byte order mark. Throws ERR_TOKEN_INVALID.
 */
export function responseText(value: unknown): ResponseText {
  if (typeof value !== 'string' || value === '')
    throw responseRefused('there is none', 'pass the form field SAMLResponse')
  if (value.length > maxCharacters) throw responseRefused('it is longer than 256 KiB')
  const base64 = value.replaceAll(/\r?\n/gu, '')
  const bytes = Buffer.from(base64, 'base64')
  // The decoder skips what it does not know: only what it would write itself has one reading.
  if (bytes.toString('base64') !== base64) throw responseRefused('it is not base64')
  if (bytes.length > maxBytes) throw responseRefused('it is longer than 256 KiB')
  try {
    return { base64, xml: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    throw responseRefused('it is not UTF-8')
  }
}

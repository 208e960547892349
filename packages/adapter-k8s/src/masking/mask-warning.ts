import type { MaskContext } from './mask-context.js'
import { ObjectMask } from './object-mask.js'

/** RFC 7234, section 5.5, as the API server writes it: a code, who warns, and what of, in quotes. */
const warning = /^(?<code>\d{3}) (?<agent>[\w.:-]{1,128}) "(?<text>(?:[^"\\]|\\.)*)"$/

/**
 * Masks the text of one `Warning` header. Undefined: it has another form, and must be left out. Throws ERR_INTERNAL with nothing
 * of it.
 */
export function maskWarning(header: string, context: MaskContext): string | undefined {
  const { agent = '', code = '', text } = warning.exec(header)?.groups ?? {}
  if (text === undefined) return undefined
  const mask = new ObjectMask(context)
  const said = text.replaceAll(/\\(.)/g, '$1')
  const shown = mask.masking.expected === 'Secret' ? mask.marked(said) : mask.line(said, 'warning')
  const quoted = shown.replaceAll(/[^\x20-\x7e]/g, ' ').replaceAll(/["\\]/g, String.raw`\$&`)
  return `${code} ${agent} "${quoted}"`
}

import { responseRefused } from './response-refused.js'

const maxDepth = 32
const maxElements = 4_096
const maxAttributes = 64

const declaration =
  /^<\?xml[ \t\r\n]+version=(?:"1\.0"|'1\.0')(?:[ \t\r\n]+encoding=(?:"utf-8"|'utf-8'))?(?:[ \t\r\n]+standalone=(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>/iu
/**
 * One tag, or the text up to the next one. Every alternative starts differently, so that no input is read twice. White space
 * at the end of an end tag is XML, which nobody writes and parsers have read in different ways.
 */
const piece =
  /[^<]+|<\/([A-Za-z_][\w.:-]*)>|<([A-Za-z_][\w.:-]*)((?:[ \t\r\n]+[A-Za-z_][\w.:-]*[ \t\r\n]*=[ \t\r\n]*(?:"[^"<]*"|'[^'<]*'))*)[ \t\r\n]*(\/?)>/uy
const attribute = /([A-Za-z_][\w.:-]*)[ \t\r\n]*=[ \t\r\n]*(?:"[^"]*"|'[^']*')/gu
/** Anything but the white space of XML. */
const noSpace = /[^ \t\r\n]/u
/** What XML knows by itself (XML 1.0, section 4.6), and characters by their number. */
const unknownReference = /&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)/u
const numbered = /&#(x?)([0-9A-Fa-f]+);/gu
/** XML 1.0, section 2.2. */
const noCharacter = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

/**
 * Refuses XML that is more than elements, attributes and text: a document type, entities, comments, CDATA and processing
 * instructions have no place in a response, and are where two parsers read differently. What is left is well-formed, has
 * names of ASCII letters, and is no deeper and no wider than a response is. Takes time in proportion to the text.
 * Throws ERR_TOKEN_INVALID.
 */
export function assertPlainXml(xml: string): void {
  if (noCharacter.test(xml) || !xml.isWellFormed()) throw responseRefused('it has characters that XML does not have')
  assertReferences(xml)
  const open: string[] = []
  let elements = 0
  let at = declaration.exec(xml)?.[0].length ?? 0
  while (at < xml.length) {
    piece.lastIndex = at
    const found = piece.exec(xml)
    if (found === null) throw responseRefused(notPlain(xml.slice(at, at + 9)))
    const [text, closed, opened, attributes = '', isEmpty] = found
    at += text.length
    if (closed !== undefined) {
      if (open.pop() !== closed) throw malformed()
    } else if (opened !== undefined) {
      if (open.length === 0 && elements > 0) throw malformed()
      elements += 1
      if (elements > maxElements) throw responseRefused(`it has more than ${String(maxElements)} elements`)
      assertAttributes(attributes)
      if (isEmpty === '') open.push(opened)
      if (open.length > maxDepth) throw responseRefused(`it is more than ${String(maxDepth)} levels deep`)
    } else if (open.length === 0 && noSpace.test(text)) throw malformed()
  }
  if (open.length > 0 || elements === 0) throw malformed()
}

function notPlain(start: string): string {
  if (/^<!DOCTYPE/iu.test(start)) return 'it has a document type'
  if (start.startsWith('<!--')) return 'it has a comment'
  if (start.startsWith('<![CDATA[')) return 'it has a CDATA section'
  if (start.startsWith('<?')) return 'it has a processing instruction'
  return 'it is malformed'
}

function malformed(): Error {
  return responseRefused('it is malformed')
}

function assertReferences(xml: string): void {
  if (unknownReference.test(xml)) throw responseRefused('it has an entity')
  for (const [, hex, digits = ''] of xml.matchAll(numbered)) {
    const point = Number.parseInt(digits, hex === 'x' ? 16 : 10)
    const isCharacter = Number.isInteger(point) && point <= 0x10_ff_ff
    if (!isCharacter || noCharacter.test(String.fromCodePoint(point)))
      throw responseRefused('it has characters that XML does not have')
  }
}

function assertAttributes(text: string): void {
  const names = [...text.matchAll(attribute)].map(([, name]) => name)
  if (names.length > maxAttributes)
    throw responseRefused(`an element has more than ${String(maxAttributes)} attributes`)
  if (new Set(names).size !== names.length) throw malformed()
}

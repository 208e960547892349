import type { Detector, Match } from '../detector.js'
import { inOrder } from './define-detector.js'

/** RFC 7468's labels that hold a secret, and those of OpenSSH, SSH2 (four dashes) and OpenPGP (RFC 9580, section 6.2). */
export const beginPattern = /-{4,5} ?BEGIN (?:[A-Z\d]{1,16} ){0,3}PRIVATE KEY(?: BLOCK)? ?-{4,5}/g

/** Where another block begins. */
const anyBegin = /-{4,5} ?BEGIN /

/** The lines of PuTTY's own files that are secret: base64, whose end is escaped where the file is in a string. */
const puttyPattern = /(?<=Private-Lines: ?\d{1,4})(?:(?:\s|\\[rn]){1,4}(?!Private-)[A-Za-z\d+/]{1,128}={0,2}){1,400}/g

/** What may stand in a block whose end is missing: base64, headers, ends of lines, and those escaped in a string. */
export const bodyPattern = /[\w+/=\s\\:,.()-]*/y

/** An RSA key of 16,384 bits has about 12,800 characters. */
const longest = 32_768

/** Private keys in PEM and OpenPGP armour: whole blocks, and blocks whose end is missing, as far as they go. */
export const privateKey: Detector = Object.freeze({
  type: 'private-key',
  needs: { anyOf: ['private key', 'private-lines'] },
  longest,
  find(text: string): readonly Match[] {
    const found: Match[] = []
    let after = 0
    for (const { 0: begin, index } of text.matchAll(beginPattern)) {
      if (index < after) continue
      after = endOfBlock(text, index, index + begin.length, begin.replace('BEGIN', 'END'))
      found.push({ start: index, end: after, score: 0.99 })
    }
    for (const { 0: lines, index } of text.matchAll(puttyPattern)) {
      found.push({ start: index, end: index + lines.length, score: 0.99 })
    }
    return inOrder(found)
  },
})

function endOfBlock(text: string, start: number, body: number, end: string): number {
  const rest = text.slice(body, start + longest)
  // Another block may begin before this one ends.
  const next = rest.search(anyBegin)
  const block = next < 0 ? rest : rest.slice(0, next)
  const at = block.indexOf(end)
  if (at >= 0) return body + at + end.length
  const [content = ''] = new RegExp(bodyPattern).exec(block) ?? []
  return body + content.trimEnd().length
}

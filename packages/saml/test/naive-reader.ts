import { DOMParser } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import { keys } from './test-idp.js'

/**
 * How careless readers read: some signature of the document is right, so some name of the document is believed. What they
 * answer shows that a document which is refused really tried something.
 */
export interface NaiveReading {
  /** Whether a signature is right, as the signature library says that is told to look at it. */
  readonly isSigned: boolean
  /** The names that the first, the last and the shortest reading find. */
  readonly names: readonly string[]
}

export function naiveReading(xml: string): NaiveReading {
  return { isSigned: signaturesIn(xml).some((signature) => isRight(xml, signature)), names: namesIn(xml) }
}

function signaturesIn(xml: string): readonly string[] {
  return [...xml.matchAll(/<ds:Signature [\s\S]*?<\/ds:Signature>/gu)].map(([signature]) => signature)
}

function isRight(xml: string, signature: string): boolean {
  // The library's parser writes what it does not know of a document type to the console.
  if (xml.startsWith('<!DOCTYPE')) return false
  try {
    const checked = new SignedXml({ publicCert: keys.publicKey })
    checked.loadSignature(signature)
    return checked.checkSignature(xml)
  } catch {
    return false
  }
}

function namesIn(xml: string): readonly string[] {
  const elements = [
    ...new DOMParser({ onError: () => undefined }).parseFromString(xml, 'text/xml').getElementsByTagName('*'),
  ]
  const named = elements.filter(({ localName }) => localName === 'NameID')
  return [named.at(0)?.textContent, named.at(-1)?.textContent, named[0]?.firstChild?.nodeValue].flatMap(
    (name) => name ?? [],
  )
}

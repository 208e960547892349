import type { Element } from '@xmldom/xmldom'
import { DOMParser, onWarningStopParsing } from '@xmldom/xmldom'
import { assertPlainXml } from './plain-xml.js'
import { responseRefused } from './response-refused.js'

export type { Element } from '@xmldom/xmldom'

/** The namespaces of what a response is made of. */
export const namespaces = Object.freeze({
  assertion: 'urn:oasis:names:tc:SAML:2.0:assertion',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
})

const elementNode = 1
const textNode = 3

/** Reads plain XML; a warning of the parser is a refusal. Throws ERR_TOKEN_INVALID. */
export function parsePlainXml(xml: string): Element {
  assertPlainXml(xml)
  try {
    const root = new DOMParser({ onError: onWarningStopParsing, locator: false }).parseFromString(
      xml,
      'text/xml',
    ).documentElement
    if (root !== null) return root
  } catch {
    // What the parser says of it may quote it.
  }
  throw responseRefused('it is malformed')
}

/** The elements right below one. */
export function childElements(parent: Element): readonly Element[] {
  const found: Element[] = []
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    // The type of a node says what it is.
    if (node.nodeType === elementNode) found.push(node as Element)
  }
  return found
}

/** An element and all below it, in the order of the document. */
export function* elementsOf(root: Element): Generator<Element> {
  const left = [root]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    yield next
    left.push(...childElements(next).toReversed())
  }
}

/** Whether an element is one of a namespace. */
export function isNamed(element: Element, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name
}

/** The children of a name. */
export function childrenNamed(parent: Element, namespace: string, name: string): readonly Element[] {
  return childElements(parent).filter((child) => isNamed(child, namespace, name))
}

/** The one child of a name. Throws ERR_TOKEN_INVALID for none and for several. */
export function onlyChild(parent: Element, namespace: string, name: string): Element {
  const [first, ...more] = childrenNamed(parent, namespace, name)
  if (first === undefined) throw responseRefused(`it has no ${name}`)
  if (more.length > 0) throw responseRefused(`it has more than one ${name}`)
  return first
}

/** The text of an element that holds nothing else. Throws ERR_TOKEN_INVALID. */
export function textOf(element: Element, what: string): string {
  const texts: string[] = []
  for (let node = element.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType !== textNode) throw responseRefused(`${what} holds more than text`)
    texts.push(node.nodeValue ?? '')
  }
  return texts.join('')
}

/** An attribute without a namespace; undefined when there is none. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.getAttributeNS(null, name) ?? undefined
}

import { responseRefused } from './response-refused.js'
import type { Element } from './xml-tree.js'
import { attributeOf, childElements, childrenNamed, isNamed, namespaces, textOf } from './xml-tree.js'

const maxValues = 2_048
const maxNameLength = 512
const maxValueLength = 4_096

/** What an assertion says of its subject, by the names of the attributes. */
export interface SamlAttributes {
  /** Every attribute that holds nothing but text, without a prototype. Attributes of the same name are one. */
  readonly values: Readonly<Record<string, readonly string[]>>
  /** The names of those that hold anything else, of which nothing is read. */
  readonly unread: readonly string[]
}

/** Reads the attributes of a verified assertion (SAML Core, section 2.7.3). Throws ERR_TOKEN_INVALID. */
export function attributesOf(assertion: Element): SamlAttributes {
  const values = new Map<string, string[]>()
  const unread = new Set<string>()
  let count = 0
  for (const statement of childrenNamed(assertion, namespaces.assertion, 'AttributeStatement')) {
    for (const attribute of childElements(statement)) {
      const name = nameOf(attribute)
      const list = values.get(name) ?? []
      values.set(name, list)
      for (const value of childElements(attribute)) {
        count += 1
        if (count > maxValues) throw responseRefused(`it has more than ${String(maxValues)} values of attributes`)
        if (!isNamed(value, namespaces.assertion, 'AttributeValue') || childElements(value).length > 0) unread.add(name)
        else list.push(valueOf(value))
      }
    }
  }
  for (const name of unread) values.delete(name)
  return Object.freeze({ values: frozen(values), unread: Object.freeze([...unread]) })
}

function nameOf(attribute: Element): string {
  const name = attributeOf(attribute, 'Name')
  if (!isNamed(attribute, namespaces.assertion, 'Attribute') || name === undefined || name === '')
    throw responseRefused('an attribute has no name')
  if (name.length > maxNameLength) throw responseRefused('the name of an attribute is too long')
  return name
}

function valueOf(element: Element): string {
  const text = textOf(element, 'an attribute')
  if (text.length > maxValueLength) throw responseRefused('the value of an attribute is too long')
  return text
}

/** Without a prototype, so that `constructor` and `__proto__` are names like all others. */
function frozen(values: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, readonly string[]>> {
  const record = Object.create(null) as Record<string, readonly string[]>
  for (const [name, list] of values) record[name] = Object.freeze([...list])
  return Object.freeze(record)
}

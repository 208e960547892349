import { identifier } from '@bothkeys/core/verifier'
import type { SamlFacts } from './assertion-facts.js'
import { isTransient } from './assertion-facts.js'
import { responseRefused } from './response-refused.js'

/** The one value of an attribute; undefined when it is not there. Throws ERR_TOKEN_INVALID for several, and for what is no text. */
export function onlyValue(facts: Pick<SamlFacts, 'attributes' | 'unreadAttributes'>, name: string): string | undefined {
  if (facts.unreadAttributes.includes(name)) throw responseRefused('an attribute that is read holds more than text')
  const values = Object.hasOwn(facts.attributes, name) ? (facts.attributes[name] ?? []) : []
  if (values.length > 1) throw responseRefused('an attribute that names one thing has several values')
  return values[0]
}

/**
 * What the subject is called at every login: its NameID, or the attribute that is named for it. A transient NameID is
 * another one each time, with which one person would count as several. Throws ERR_TOKEN_INVALID.
 */
export function subjectOf(facts: SamlFacts, attribute: string | undefined): string {
  if (attribute !== undefined) {
    const value = onlyValue(facts, attribute)
    if (value === undefined) throw responseRefused('the attribute that names the subject is missing')
    return identifier(value, 'the subject', undefined, responseRefused)
  }
  if (isTransient(facts))
    throw responseRefused(
      'its NameID is transient, so nobody can tell whether two of them are one person',
      'have the identity provider send persistent names, or an attribute and the option subject',
    )
  return facts.subject.id
}

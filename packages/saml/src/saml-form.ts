import type { CredentialForm } from '@bothkeys/core/verifier'
import { responseText } from './response-text.js'
import { isNamed, namespaces, onlyChild, parsePlainXml, textOf } from './xml-tree.js'

/**
 * SAML responses as the HTTP-POST binding carries them, which name their issuer in `Issuer`. What is no base64 of plain XML is no
 * response: a JWT, which has dots, never is.
 */
export const samlForm: CredentialForm = Object.freeze({
  name: 'saml',
  issuerOf(token: string): string | undefined {
    try {
      const response = parsePlainXml(responseText(token).xml)
      if (!isNamed(response, namespaces.protocol, 'Response')) return undefined
      return textOf(onlyChild(response, namespaces.assertion, 'Issuer'), 'Issuer')
    } catch {
      return undefined
    }
  },
})

import { randomUUID } from 'node:crypto'
import { createGuard } from '@bothkeys/core'
import type { Guard, GuardOptions, Session } from '@bothkeys/core'
import { samlRequests, samlVerifier, seenAssertions } from '@bothkeys/saml'

const audience = 'https://bothkeys.example.com/saml' // what the identity provider calls us
const callbackUrl = 'https://bothkeys.example.com/login/saml' // where it lets browsers post responses

const requests = samlRequests({ entryPoint: 'https://idp.example.com/sso', audience, callbackUrl })

/** A guard whose sessions people open at the identity provider. */
export async function guardOf(options: Omit<GuardOptions, 'identity'>, certificates: string): Promise<Guard> {
  const identity = samlVerifier({
    issuer: 'https://idp.example.com/saml',
    certificates,
    audience,
    callbackUrl,
    requests,
    seen: seenAssertions(),
    kind: 'human',
    roles: 'groups',
    roleMap: { 'g-dba': 'dba' },
  })
  return createGuard({ ...options, identity })
}

/** GET /login: where to send the browser, and a cookie for it (HttpOnly, Secure, SameSite=None). */
export async function begin(): Promise<{ location: string; cookie: string }> {
  const cookie = randomUUID()
  return { location: (await requests.begin(cookie)).redirect, cookie }
}

/** POST /login/saml: what the browser posts, and its cookie. Somebody else's response comes without this browser's cookie. */
export async function finish(guard: Guard, form: URLSearchParams, cookie: string): Promise<Session> {
  if (form.get('RelayState') !== cookie) throw new Error('this login was not started in this browser')
  return guard.openSession({ token: form.get('SAMLResponse') ?? '' })
}

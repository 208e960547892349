/** What a token says, whoever signed it. */
export function claimsOf(token: unknown): Readonly<Record<string, unknown>> {
  const [, claims = ''] = String(token).split('.')
  // The claims of a token are an object.
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as Readonly<Record<string, unknown>>
}

/** Where a browser of this package says who sits at it. */
export const whoseName = '?as='

/**
 * A way to log in at a relay that stands for an identity provider: whoever sits at a `Browser` is taken at their word. `name` is that of
 * the login.
 */
export function localLogin(issuer: string, nowMs: () => number = Date.now) {
  return {
    name: 'local',
    issuer,
    begin: ({ callbackUrl }: { readonly callbackUrl: string }) =>
      Promise.resolve({ redirect: `${callbackUrl}${whoseName}`, state: 'none' }),
    finish: ({ url }: { readonly url: URL }) => {
      const id = url.searchParams.get('as') ?? ''
      return Promise.resolve({
        subject: { issuer, id },
        name: id,
        level: 'signed' as const,
        authenticatedAtMs: nowMs(),
      })
    },
  }
}

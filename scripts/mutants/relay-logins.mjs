const source = (name) => `packages/approval-relay/src/${name}.ts`
const pages = ['packages/approval-relay/test/pages/routes.test.ts']
const logins = ['packages/approval-relay/test/logins/oidc-login.test.ts']

/** Logins by OpenID Connect at the relay: what a provider is believed. */
export const relayLoginGuards = [
  {
    name: 'no two logins speak for the same issuer',
    file: source('pages/page-routes'),
    find: "  if (new Set(issuers).size < issuers.length) throw wrong('two logins speak for the same issuer')\n",
    replace: '',
    tests: pages,
  },
  {
    name: 'a login without an issuer is none',
    file: source('pages/page-routes'),
    find: "throw wrong('a login has no issuer')",
    replace: 'void 0',
    tests: pages,
  },
  {
    name: 'a login speaks for its own issuer alone',
    file: source('pages/login-routes'),
    find: 'if (subject.issuer === issuer) return login',
    replace: "if (issuer !== '') return login",
    tests: pages,
  },
  {
    name: 'the signature of an ID token counts',
    file: source('logins/oidc-login'),
    find: '    enableNonRepudiationChecks(config)\n',
    replace: '    void enableNonRepudiationChecks\n',
    tests: logins,
  },
  {
    name: 'an issuer is itself to the last character',
    file: source('logins/oidc-login'),
    find: 'if (config.serverMetadata().issuer !== issuer) throw',
    replace: "if (config.serverMetadata().issuer === '') throw",
    tests: logins,
  },
  {
    name: 'somebody who authenticated long ago does so again',
    file: source('logins/oidc-login'),
    find: 'pkceCodeVerifier: verifier, maxAge: maxAgeS }',
    replace: 'pkceCodeVerifier: verifier }',
    tests: logins,
  },
  {
    name: 'a login says which of its values cannot be phished',
    file: source('logins/oidc-login'),
    find: 'strong.includes(acr)',
    replace: "acr !== ''",
    tests: logins,
  },
  {
    name: 'a code comes in no form',
    file: source('logins/oidc-login'),
    find: "if (method !== 'GET') throw",
    replace: "if (method === '') throw",
    tests: logins,
  },
  {
    name: 'a provider is read to a mebibyte',
    file: source('logins/bounded-fetch'),
    find: 'await readAtMost(response, maxBytes)',
    replace: 'await readAtMost(response, 8 * maxBytes)',
    tests: logins,
  },
  {
    name: 'a provider is asked at secure addresses',
    file: source('logins/bounded-fetch'),
    find: 'if (!isSecureAddress(url)) throw',
    replace: "if (url === '') throw",
    tests: logins,
  },
  {
    name: 'what the library says of a provider stays inside',
    file: source('logins/oidc-login'),
    find: 'throw refused(`the answer of the provider was refused (${codeOf(error)})`)',
    replace: 'throw error',
    tests: logins,
  },
]

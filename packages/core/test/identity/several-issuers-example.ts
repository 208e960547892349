import { jwtVerifier, verifierByIssuer } from '../../src/index.js'
import type { JwtVerifierOptions, Verifier } from '../../src/index.js'

type Keys = NonNullable<JwtVerifierOptions['jwks']>

/** Agents of one issuer, people of another: each token is read as its issuer says, and as nobody else does. */
export function identityOf(keysOfAgents: Keys, keysOfPeople: Keys): Verifier {
  return verifierByIssuer([
    jwtVerifier({
      issuer: 'https://agents.example.com',
      audience: 'bothkeys',
      algorithms: ['ES256'],
      jwks: keysOfAgents,
      roles: '/roles',
    }),
    jwtVerifier({
      issuer: 'https://people.example.com',
      audience: 'bothkeys',
      algorithms: ['ES256'],
      typ: 'JWT',
      jwks: keysOfPeople,
      kind: 'human',
      roles: '/groups',
      roleMap: { 'grp-4711': 'dba' },
    }),
  ])
}

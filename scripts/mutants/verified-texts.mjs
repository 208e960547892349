import { core } from './approval-tests.mjs'

const tests = core('identity/verified-texts')
const identity = (name) => `packages/core/src/identity/${name}.ts`

/** Signed approvals: what is checked once for a text, and what each time. */
export const verifiedTextGuards = [
  {
    name: 'a text that was verified is asked about its key again',
    file: identity('verified-texts'),
    find: 'if ((await this.#keys(...known.question)) === known.key) return',
    replace: 'if (known.key !== undefined) return',
    tests,
  },
  {
    name: 'a text is verified with the key that is there now',
    file: identity('verified-texts'),
    find: '=== known.key) return known.claims',
    replace: '!== undefined) return known.claims',
    tests,
  },
  {
    name: 'a signed approval is signed',
    file: identity('verified-texts'),
    find: "    if (isSigned !== true) throw refused('its signature is wrong')\n",
    replace: '',
    tests,
  },
  {
    name: 'a signed approval is of one issuer',
    file: identity('approval-token'),
    find: "if (ownMember(claims, 'iss') !== issuer) throw",
    replace: "if (ownMember(claims, 'iss') === undefined) throw",
    tests,
  },
  {
    name: 'a signed approval has an expiry that is a number',
    file: identity('approval-token'),
    find: "if (typeof exp !== 'number') throw",
    replace: 'if (exp === undefined) throw',
    tests,
  },
  {
    name: 'a signed approval begins at a moment that is a number',
    file: identity('approval-token'),
    find: "typeof nbf !== 'number' || nbf >",
    replace: 'Number(nbf) >',
    tests,
  },
  {
    name: 'a text in another form than that which was verified is refused',
    file: identity('approval-token'),
    find: '    assertTokenForm(token)\n',
    replace: '',
    tests,
  },
  {
    name: 'few texts are remembered',
    file: identity('verified-texts'),
    find: 'this.#verified.size > remembered',
    replace: 'this.#verified.size > 1e9',
    tests,
  },
  {
    name: 'a text that was verified expires',
    file: identity('approval-token'),
    find: 'exp <= nowS - toleranceS) throw',
    replace: 'exp < 0) throw',
    tests,
  },
  {
    name: 'a text that was verified is not in force before its time',
    file: identity('approval-token'),
    find: 'nbf > wallS + toleranceS) throw',
    replace: 'nbf === 0) throw',
    tests,
  },
]

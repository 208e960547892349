/** Where a name stands says how much of it has to speak of a secret. */
export type NameRule =
  /** A name that people choose for one value: of a variable, a parameter, a key of a ConfigMap. */
  | 'chosen'
  /** The name of a field in a schema, where `secretName` and `tokenPath` are common and harmless. */
  | 'field'

const inside =
  /passw|passphrase|pass_?phrase|secret|credential|api_?key|(?:access|private|auth|encryption|signing|master|account|shared|client|service|license|ssh|session|root|admin|deploy|storage)_key(?!s?_id$)|connection_?string|authorization/
const word =
  /(?:^|_)(?:pass|pwd|pw|auth|cookie|jwt|pat|dsn|pin|otp|salt|bearer|[a-z]{0,32}token|[a-z]{0,32}pwd|[a-z]{0,32}(?<!by|com|over|sur|tres|under)pass)(?:$|_)/

/** Names that speak of what is around a secret: where it is, how long it lasts. */
const about =
  /_(?:file|path|dir|directory|name|namespace|ref|ttl|url|uri|endpoint|issuer|audience|expiry|expiration|seconds|minutes|hours|length|size|enabled|type|policy|count|limit|limits|method|mode|provider|backend|algorithm|header)$/

const field =
  /(?:passw(?:or)?ds?|passphrase|(?:^|_)(?:[a-z]{0,32}token|pwd)|api_?key|access_key|private_?key(?:_data|_pem)?|client_key(?:_data)?|client_secret|secret_access_key|connection_?string|secret_?data)$/

/** Names come again with every object. */
const known: Readonly<Record<NameRule, Map<string, boolean>>> = { chosen: new Map(), field: new Map() }
const mostKnown = 10_000

/** Whether a name says that its value is a secret, whatever the value looks like. */
export function isSecretName(name: string, rule: NameRule): boolean {
  const names = known[rule]
  const before = names.get(name)
  if (before !== undefined) return before
  const isSecret = name.length <= 256 && saysSecret(name, rule)
  if (names.size >= mostKnown) names.clear()
  if (name.length <= 256) names.set(name, isSecret)
  return isSecret
}

function saysSecret(name: string, rule: NameRule): boolean {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^a-zA-Z\d]+/g, '_')
    .toLowerCase()
  if (rule === 'field') return field.test(words)
  return (inside.test(words) || word.test(words)) && !about.test(words)
}

import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

/** What is before the password in a URL (RFC 3986, section 3.2.1). Not before a port. */
const user = String.raw`(?<=(?<![a-z\d+.-])[a-z][a-z\d+.-]{1,30}:\/\/[^\s:/?#@"'<>]{0,128}:)(?!\d{1,5}[/?#"'<>,])`

/** A quote that JSON goes on behind is no sign of a password. */
const sign = (none: string): string => String.raw`(?:[^\s"${none}]|"(?![,:}\]]))`

/** Up to the last `@` before a path, as browsers read it: people leave signs as they are that should be encoded. */
const inUrl = new RegExp(`${user}(?<secret>${sign('/?#')}{1,256})(?=@[\\w[.-])`, 'gi')

/** With a sign in it that begins a path, a query or a fragment, if it stood elsewhere. */
const inUrlAsTyped = new RegExp(
  `${user}(?!\\$?\\{)(?<secret>${sign('/?#@')}{0,128}[/?#]${sign('@')}{0,128})(?=@[\\w[.-])`,
  'gi',
)

/** `jdbc:oracle:thin:user/password@host`. */
const inOracle = /(?<=jdbc:oracle:\w{1,10}:[^\s/@:"']{1,64}\/)(?<secret>[^\s@]{1,128})(?=@)/gi

const name = String.raw`(?<![a-z\d])(?:password|passwd|pwd|pgpassword|sslpassword|accountkey|sharedaccesskey)\s{0,3}=\s{0,3}`

/** The password of a key and value string, as libpq, ODBC, JDBC and ADO.NET write them: bare, in quotes, or in braces. */
const inPairs = new RegExp(`${name}(?<secret>(?:[^\\s;&'"\\\\]|\\\\[^\\s"]|\\\\ ){1,256})`, 'gi')
const inQuotedPairs = new RegExp(`${name}'(?<secret>(?:[^'\\\\\\r\\n]|''|\\\\[^\\r\\n]){1,256})'`, 'gi')
const inDoublyQuotedPairs = new RegExp(`${name}"(?<secret>(?:[^"\\\\\\r\\n]|""|\\\\[^\\r\\n]){1,256})"`, 'gi')
const inBraces = new RegExp(`${name}(?<secret>\\{(?:[^}\\r\\n]|\\}\\}){1,256}\\})`, 'gi')

/** Bare in ADO.NET, where only a semicolon ends it. */
const withBlanks = new RegExp(
  `(?<=;\\s{0,3}(?:password|pwd)\\s{0,3}=\\s{0,3})(?<secret>[^\\s;'"{][^;'"\\r\\n]{0,254}[^\\s;'"])(?=\\s{0,3};)`,
  'gi',
)

/** Passwords of URLs and connection strings. Only the password is the match. */
export const connectionPassword: Detector = defineDetector({
  type: 'connection-password',
  patterns: [
    { pattern: inUrl, score: { alone: 0.95 } },
    { pattern: inUrlAsTyped, score: { alone: 0.95 } },
    { pattern: inOracle, score: { alone: 0.95 } },
    ...[inPairs, inQuotedPairs, inDoublyQuotedPairs, inBraces, withBlanks].map((pattern) => ({
      pattern,
      score: { alone: 0.3, context: 0.85 },
    })),
  ],
  validate: (secret) => !isPlaceholder(secret) && !isExpression(secret),
  context: {
    words: [
      'host',
      'hostaddr',
      'server',
      'data source',
      'datasource',
      'dbname',
      'database',
      'initial catalog',
      'user id',
      'uid',
      'user',
      'username',
      'jdbc',
      'odbc',
      'driver',
      'endpoint',
      'accountname',
      'sharedaccesskeyname',
      'dsn',
      'sslmode',
      'psql',
      'pg_dump',
      'pg_restore',
    ],
    before: 256,
    after: 256,
  },
  hint: /dsn|conn(?:ection)?_?(?:str|uri|url)|database_?url/i,
  needs: { anyOf: ['://', 'jdbc:oracle', 'password', 'passwd', 'pwd', 'accountkey', 'sharedaccesskey'] },
  longest: 256,
  score: { alone: 0.9 },
})

/** `${PASSWORD}`, `<password>`, `***`. */
function isPlaceholder(secret: string): boolean {
  return /^(?:\$\{?\w+\}?|\{\{?\w+\}?\}|%\w+%|<[^>]*>|\*+|x+)$/i.test(secret)
}

/** Code that reads it from elsewhere: `os.environ[…`, `process.env.…`, `getenv(…`. */
function isExpression(secret: string): boolean {
  return /^[a-z_][\w.]*[[(]|^process\.env\./i.test(secret)
}

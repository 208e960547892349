import type { Detector } from '../detector.js'
import { defineDetector } from './define-detector.js'

/** The password of a URL's user (RFC 3986, section 3.2.1). */
const inUrl =
  /(?<=(?<![a-z\d+.-])[a-z][a-z\d+.-]{1,30}:\/\/[^\s:/?#@"'<>]{0,128}:)(?<secret>[^\s/?#@"'<>]{1,256})(?=@[\w[.-])/gi

const name = String.raw`(?<![a-z\d])(?:password|passwd|pwd|sslpassword|accountkey|sharedaccesskey)\s{0,3}=\s{0,3}`

/** The password of a key and value string, as libpq, ODBC, JDBC and ADO.NET write them. */
const inPairs = new RegExp(`${name}(?<secret>[^\\s;&'"]{1,256})`, 'gi')
const inQuotedPairs = new RegExp(`${name}'(?<secret>[^'\\r\\n]{1,256})'`, 'gi')

/** Passwords of URLs and connection strings. Only the password is the match. */
export const connectionPassword: Detector = defineDetector({
  type: 'connection-password',
  patterns: [
    { pattern: inUrl, score: { alone: 0.95 } },
    { pattern: inPairs, score: { alone: 0.3, context: 0.85 } },
    { pattern: inQuotedPairs, score: { alone: 0.3, context: 0.85 } },
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
    ],
    before: 256,
    after: 256,
  },
  hint: /dsn|conn(?:ection)?_?(?:str|uri|url)|database_?url/i,
  needs: { anyOf: ['://', 'password', 'passwd', 'pwd', 'accountkey', 'sharedaccesskey'] },
  longest: 256,
  score: { alone: 0.9 },
})

/** `${PASSWORD}`, `<password>`, `***`. */
function isPlaceholder(secret: string): boolean {
  return /^(?:\$\{?\w+\}?|\{\{?\w+\}?\}|%\w+%|\*+|x+)$/i.test(secret)
}

/** Code that reads it from elsewhere: `os.environ[…`, `process.env.…`, `getenv(…`. */
function isExpression(secret: string): boolean {
  return /^[a-z_][\w.]*[[(]|^process\.env\./i.test(secret)
}

import { hex, vendorKeys, word } from './vendor-keys.js'

const base64url = (text: string): string => Buffer.from(text).toString('base64url')
const header = base64url('{"alg":"HS256","typ":"JWT"}')
const body = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n'.repeat(6)

/** What each of the built-in detectors finds, with what it needs around; by type. */
export const examples: readonly (readonly [type: string, text: string])[] = [
  ['credit-card', '4111111111111111'],
  ['credit-card', '4111 1111 1111 1111'],
  ['credit-card', '3782-822463-10005'],
  ['credit-card', 'card: 6304 0000 0000 0000'],
  ['iban', 'GB82WEST12345698765432'],
  ['iban', 'DE89 3704 0044 0532 0130 00'],
  ['iban', 'MT84 MALT 0110 0001 2345 MTLC AST0 01S'],
  ['email', 'jane.doe@example.com'],
  ['email', '"jane doe"@example.com'],
  ['us-ssn', '123-45-6789'],
  ['us-ssn', 'ssn 123 45 6789'],
  ['us-ssn', '123456789 is my tax id'],
  ['phone', '+1 212 555 0123'],
  ['phone', '0044 20 7946 0958'],
  ['phone', 'call (212) 555-0123 now'],
  ['phone', '020 7946 0958 mobile'],
  ['ip', '203.0.113.7'],
  ['ip', '2001:db8:0:1:1:1:1:1'],
  ['ip', '2001:db8::7334'],
  ['ip', '::ffff:203.0.113.7'],
  ['date-of-birth', 'born on 1 April 1990'],
  ['date-of-birth', 'dob=1990-04-01'],
  ['date-of-birth', 'née le 01/04/1990'],
  ['jwt', `${header}.${base64url('{"sub":"1234567890","name":"J"}')}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`],
  ['private-key', `-----BEGIN PRIVATE KEY-----\n${body}-----END PRIVATE KEY-----`],
  ['private-key', `-----BEGIN RSA PRIVATE KEY-----\n${body}`],
  ['private-key', `Private-Lines: 6\n${body}Private-MAC: 4dd7f01b`],
  ['private-key', `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${body}---- END SSH2 ENCRYPTED PRIVATE KEY ----`],
  ['connection-password', 'postgres://app:hunter2secret@db.example/app'],
  ['connection-password', 'jdbc:oracle:thin:scott/hunter2secret@db1'],
  ['connection-password', 'postgres://app:hunter@2/secret@db.example/app'],
  ['connection-password', 'host=db1 user=app password=hunter2secret dbname=x'],
  ['connection-password', "Server=db1;User Id=app;Pwd='hunter 2 secret'"],
  ['secret', `api_key = "${word(32)}2"`],
  ['secret', `Authorization: Bearer ${word(40)}7`],
  ['secret', `session_token: ${hex(31)}a1`],
  ...Object.values(vendorKeys).map(([key, before = '']) => ['cloud-key', before + key] as const),
]

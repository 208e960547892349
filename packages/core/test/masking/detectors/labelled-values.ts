import { en, base, Faker } from '@faker-js/faker'

/** A value of which it is known what it is. `secret` is the part of `text` that must be found. */
export interface LabelledValue {
  readonly type: string
  readonly text: string
  readonly secret: string
}

/** A source of random values that gives the same ones for the same seed. */
export function seededFaker(seed: number): Faker {
  const faker = new Faker({ locale: [en, base], seed })
  faker.setDefaultRefDate('2026-01-01T00:00:00.000Z')
  return faker
}

const hex = 'abcdef0123456789'
const lettersAndDigits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const base64 = `${lettersAndDigits}+/`
const urlSafe = `${lettersAndDigits}-_`

const chars = (faker: Faker, characters: string, length: number): string =>
  faker.string.fromCharacters(characters, length)

/** What issuers print: the first digits, the lengths and how the digits are grouped. */
const cards: readonly (readonly [prefixes: readonly string[], length: number, groups: readonly number[]])[] = [
  [['4'], 16, [4, 4, 4, 4]],
  [['51', '52', '53', '54', '55', '2221', '2320', '2720'], 16, [4, 4, 4, 4]],
  [['34', '37'], 15, [4, 6, 5]],
  [['6011', '644', '65'], 16, [4, 4, 4, 4]],
  [['3528', '3566', '3589'], 16, [4, 4, 4, 4]],
  [['36', '300', '38'], 14, [4, 6, 4]],
  [['62'], 16, [4, 4, 4, 4]],
  [['2200', '2204'], 16, [4, 4, 4, 4]],
  [['5018', '5038', '6304', '6759'], 16, [4, 4, 4, 4]],
]

function card(faker: Faker): LabelledValue {
  const [prefixes, length, groups] = faker.helpers.arrayElement(cards)
  const prefix = faker.helpers.arrayElement(prefixes)
  const payload = prefix + faker.string.numeric({ length: length - prefix.length - 1, allowLeadingZeros: true })
  const digits = payload + checkDigit(payload)
  const separator = faker.helpers.weightedArrayElement([
    { weight: 5, value: '' },
    { weight: 3, value: ' ' },
    { weight: 2, value: '-' },
  ])
  let at = 0
  const text = groups.map((size) => digits.slice(at, (at += size))).join(separator)
  return { type: 'credit-card', text, secret: text }
}

/** ISO/IEC 7812-1, annex B. */
function checkDigit(payload: string): string {
  let sum = 0
  for (let index = 0; index < payload.length; index++) {
    const digit = Number(payload[payload.length - 1 - index])
    sum += index % 2 === 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
  }
  return String((10 - (sum % 10)) % 10)
}

function iban(faker: Faker): LabelledValue {
  const text = faker.finance.iban({ formatted: faker.datatype.boolean(0.4) })
  return { type: 'iban', text, secret: text }
}

function email(faker: Faker): LabelledValue {
  const [firstName, lastName] = [faker.person.firstName(), faker.person.lastName()]
  const name = `${firstName}.${lastName}`.replaceAll(/[^A-Za-z.']/g, '')
  const local = faker.helpers.arrayElement([
    faker.internet.username({ firstName, lastName }).toLowerCase(),
    name,
    name.toLowerCase(),
    `${firstName.charAt(0)}${lastName.replaceAll(/[^A-Za-z]/g, '')}`.toLowerCase(),
    `${faker.word.noun()}+${faker.word.noun()}`.replaceAll(' ', ''),
    faker.helpers.arrayElement(['info', 'sales', 'jobs', 'hr', 'support']),
    `${faker.word.noun()}_${String(faker.number.int(999))}`,
  ])
  const domain = faker.helpers.arrayElement([
    faker.internet.domainName(),
    `mail.${faker.internet.domainName()}`,
    faker.helpers.arrayElement(['gmail.com', 'outlook.com', 'yahoo.co.uk', 'web.de', 'proton.me', 'corp.example.com']),
  ])
  const text = `${local}@${domain}`
  return { type: 'email', text, secret: text }
}

function ssn(faker: Faker): LabelledValue {
  const area = faker.helpers.arrayElement([
    faker.number.int({ min: 1, max: 665 }),
    faker.number.int({ min: 667, max: 899 }),
  ])
  const parts = [
    String(area).padStart(3, '0'),
    String(faker.number.int({ min: 1, max: 99 })).padStart(2, '0'),
    String(faker.number.int({ min: 1, max: 9999 })).padStart(4, '0'),
  ]
  const text = parts.join(
    faker.helpers.weightedArrayElement([
      { weight: 7, value: '-' },
      { weight: 1, value: ' ' },
      { weight: 2, value: '' },
    ]),
  )
  return { type: 'us-ssn', text, secret: text }
}

/** Area codes and number ranges that are in use. */
function phone(faker: Faker): LabelledValue {
  const digits = (length: number): string => faker.string.numeric({ length, allowLeadingZeros: true })
  const area = faker.helpers.arrayElement(['212', '312', '415', '617', '702', '503', '404', '646'])
  const exchange = `${faker.helpers.arrayElement(['2', '3', '4', '5', '6', '7', '8', '9'])}${digits(2)}`.replace(
    /11$/,
    '23',
  )
  const text = faker.helpers.arrayElement([
    `+1 ${area} ${exchange} ${digits(4)}`,
    `+1-${area}-${exchange}-${digits(4)}`,
    `+1${area}${exchange}${digits(4)}`,
    `(${area}) ${exchange}-${digits(4)}`,
    `${area}-${exchange}-${digits(4)}`,
    `${area}.${exchange}.${digits(4)}`,
    `+44 20 7946 0${digits(3)}`,
    `+44 7700 900${digits(3)}`,
    `+49 30 ${faker.helpers.arrayElement(['2', '3', '4', '5'])}${digits(7)}`,
    `+33 6 ${faker.helpers.arrayElement(['12', '34', '56', '78'])} ${digits(2)} ${digits(2)} ${digits(2)}`,
    `020 7946 0${digits(3)}`,
    `+81 90-1234-${digits(4)}`,
  ])
  return { type: 'phone', text, secret: text }
}

function ip(faker: Faker): LabelledValue {
  const text = faker.helpers.weightedArrayElement([
    { weight: 6, value: faker.internet.ipv4() },
    { weight: 2, value: faker.internet.ipv6() },
    { weight: 1, value: `2001:db8::${chars(faker, hex, 4)}` },
    { weight: 1, value: `fe80::${chars(faker, hex, 4)}:${chars(faker, hex, 4)}:${chars(faker, hex, 4)}` },
    {
      weight: 1,
      value: `10.${String(faker.number.int(255))}.${String(faker.number.int(255))}.${String(faker.number.int({ min: 1, max: 254 }))}`,
    },
  ])
  return { type: 'ip', text, secret: text }
}

function birthDate(faker: Faker): LabelledValue {
  const date = faker.date.birthdate({ min: 18, max: 90, mode: 'age' })
  const [year, month, day] = date.toISOString().slice(0, 10).split('-') as [string, string, string]
  const monthName = date.toLocaleString('en-US', { month: 'long', timeZone: 'UTC' })
  const text = faker.helpers.arrayElement([
    `${year}-${month}-${day}`,
    `${month}/${day}/${year}`,
    `${day}.${month}.${year}`,
    `${day}/${month}/${year}`,
    `${monthName} ${String(Number(day))}, ${year}`,
    `${String(Number(day))} ${monthName} ${year}`,
  ])
  return { type: 'date-of-birth', text, secret: text }
}

function jwt(faker: Faker): LabelledValue {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = faker.helpers.arrayElement([
    { alg: 'HS256', typ: 'JWT' },
    { alg: 'RS256', kid: chars(faker, hex, 16), typ: 'JWT' },
    { typ: 'at+jwt', alg: 'ES256' },
    { alg: 'EdDSA' },
  ])
  const claims = { sub: faker.string.uuid(), iat: faker.number.int(2e9), name: faker.person.fullName() }
  const text = `${part(header)}.${part(claims)}.${chars(faker, urlSafe, header.alg === 'RS256' ? 342 : 43)}`
  return { type: 'jwt', text, secret: text }
}

function privateKey(faker: Faker): LabelledValue {
  const label = faker.helpers.arrayElement(['', 'RSA ', 'EC ', 'OPENSSH ', 'ENCRYPTED ', 'DSA '])
  const lines = Array.from({ length: faker.number.int({ min: 3, max: 26 }) }, () => chars(faker, base64, 64))
  const text = [`-----BEGIN ${label}PRIVATE KEY-----`, ...lines, `-----END ${label}PRIVATE KEY-----`].join('\n')
  return { type: 'private-key', text, secret: text }
}

/** As the vendors document them. */
function cloudKey(faker: Faker): LabelledValue {
  const some = (characters: string, length: number): string => chars(faker, characters, length)
  const text = faker.helpers.arrayElement([
    `AKIA${some('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    `ASIA${some('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`,
    `AIza${some(urlSafe, 35)}`,
    `ghp_${some(lettersAndDigits, 36)}`,
    `github_pat_${some(lettersAndDigits, 22)}_${some(lettersAndDigits, 59)}`,
    `glpat-${some(urlSafe, 20)}`,
    `xoxb-${faker.string.numeric(12)}-${faker.string.numeric(13)}-${some(lettersAndDigits, 24)}`,
    `sk_live_${some(lettersAndDigits, 24)}`,
    `rk_live_${some(lettersAndDigits, 99)}`,
    `SG.${some(urlSafe, 22)}.${some(urlSafe, 43)}`,
    `npm_${some(lettersAndDigits, 36)}`,
    `hf_${some(lettersAndDigits.slice(0, 52), 34)}`,
    `dop_v1_${some(hex, 64)}`,
    `shpat_${some(hex, 32)}`,
    `sk-ant-api03-${some(urlSafe, 93)}AA`,
    `sk-proj-${some(urlSafe, 74)}T3BlbkFJ${some(urlSafe, 74)}`,
    `hvs.${some(urlSafe, 95)}`,
    `dapi${some(hex, 32)}`,
    `PMAK-${some(hex, 24)}-${some(hex, 34)}`,
    `lin_api_${some(lettersAndDigits, 40)}`,
    `glsa_${some(lettersAndDigits, 32)}_${some(hex, 8)}`,
    `dp.pt.${some(lettersAndDigits, 43)}`,
  ])
  return { type: 'cloud-key', text, secret: text }
}

function connectionPassword(faker: Faker): LabelledValue {
  const secret = faker.internet.password({ length: faker.number.int({ min: 8, max: 24 }), pattern: /[A-Za-z0-9_.~!-]/ })
  const [user, host] = [faker.word.noun().replaceAll(/\W/g, ''), faker.internet.domainName()]
  const text = faker.helpers.arrayElement([
    `postgres://${user}:${secret}@${host}:5432/shop`,
    `mysql://${user}:${secret}@${host}/app`,
    `redis://:${secret}@${host}:6379/0`,
    `mongodb+srv://${user}:${secret}@${host}/test?retryWrites=true`,
    `https://${user}:${secret}@${host}/repo.git`,
    `host=${host} port=5432 dbname=shop user=${user} password=${secret}`,
    `Server=${host};Database=shop;User Id=${user};Password=${secret};Encrypt=true`,
  ])
  return { type: 'connection-password', text, secret }
}

/** Makes random values of each type. */
export const valueMakers: ReadonlyMap<string, (faker: Faker) => LabelledValue> = new Map([
  ['credit-card', card],
  ['iban', iban],
  ['email', email],
  ['us-ssn', ssn],
  ['phone', phone],
  ['ip', ip],
  ['date-of-birth', birthDate],
  ['jwt', jwt],
  ['private-key', privateKey],
  ['cloud-key', cloudKey],
  ['connection-password', connectionPassword],
])

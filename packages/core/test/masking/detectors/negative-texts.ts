import type { Faker } from '@faker-js/faker'
import { seededFaker } from './labelled-values.js'

const digits = (faker: Faker, length: number): string => faker.string.numeric({ length, allowLeadingZeros: false })
const hex = (faker: Faker, length: number): string => faker.string.hexadecimal({ length, prefix: '', casing: 'lower' })
const int = (faker: Faker, max: number): string => String(faker.number.int(max))

/** Lines of what is not sensitive and looks as if it were. */
const makers: readonly ((faker: Faker) => string)[] = [
  // Numbers of orders, invoices, parcels and articles.
  (faker) =>
    `order ORD-${faker.date.past().toISOString().slice(0, 4)}-${digits(faker, 6)} shipped, invoice INV${digits(faker, 8)}`,
  (faker) =>
    `{"order_id":${digits(faker, 10)},"line_items":[${digits(faker, 8)},${digits(faker, 9)}],"total":${faker.finance.amount()}}`,
  (faker) =>
    `tracking 1Z${faker.string.alphanumeric({ length: 16, casing: 'upper' })} sku ${faker.string.alphanumeric({ length: 8, casing: 'upper' })} ean ${ean(faker)}`,
  (faker) =>
    `isbn ${faker.commerce.isbn(13)} isbn10 ${faker.commerce.isbn(10)} part ${digits(faker, 3)}-${digits(faker, 4)}-${digits(faker, 2)}`,
  (faker) => `snowflake ${int(faker, 9)}${digits(faker, 3)} 1${digits(faker, 18)} twitter 1${digits(faker, 17)}`,
  (faker) => `arn:aws:iam::${digits(faker, 12)}:role/${faker.word.noun()} vpc-${hex(faker, 17)} i-${hex(faker, 17)}`,
  // Identifiers and digests.
  (faker) => `${faker.string.uuid()} ${faker.string.uuid()} ${faker.string.uuid().replaceAll('-', '')}`,
  (faker) => `commit ${hex(faker, 40)} parent ${hex(faker, 12)} tree ${hex(faker, 7)}`,
  (faker) => `sha256:${hex(faker, 64)} md5=${hex(faker, 32)} etag "${hex(faker, 16)}"`,
  (faker) => `"integrity": "sha512-${Buffer.from(hex(faker, 128), 'hex').toString('base64')}"`,
  (faker) =>
    `ulid 01${faker.string.fromCharacters('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 24)} nanoid ${faker.string.nanoid()} cuid c${faker.string.alphanumeric({ length: 24, casing: 'lower' })}`,
  (faker) => `mac ${faker.internet.mac()} eui ${faker.internet.mac()} fingerprint ${pairs(faker, 20)}`,
  (faker) => `data:image/png;base64,${Buffer.from(hex(faker, 240), 'hex').toString('base64')}`,
  // Times, dates and versions.
  (faker) =>
    `${faker.date.past().toISOString()} ts=${String(faker.date.past().getTime())} us=${String(faker.date.past().getTime())}${digits(faker, 3)}`,
  (faker) =>
    `backup-${faker.date.past().toISOString().replaceAll(/\D/g, '').slice(0, 14)}.tar.gz ${faker.date.past().toUTCString()}`,
  (faker) =>
    `from ${faker.date.past().toISOString().slice(0, 10)} to ${faker.date.future().toISOString().slice(0, 10)} at ${faker.date.recent().toISOString().slice(11, 19)}, ${faker.date.recent().toLocaleDateString('en-US', { timeZone: 'UTC' })}`,
  (faker) =>
    `${faker.word.noun()}@${faker.system.semver()} ^${faker.system.semver()} v${faker.system.semver()}-rc.${int(faker, 9)} node-v20.${int(faker, 20)}.${int(faker, 9)}`,
  (faker) =>
    `version ${int(faker, 12)}.${int(faker, 30)}.${int(faker, 99)}.${int(faker, 9)} build ${digits(faker, 5)} (Chrome/1${int(faker, 3)}${int(faker, 9)}.0.0.0 Safari/537.36)`,
  // Numbers.
  (faker) =>
    Array.from({ length: 12 }, () => int(faker, 10 ** faker.number.int({ min: 1, max: 9 }))).join(
      faker.helpers.arrayElement([' ', ',', '\t', ', ']),
    ),
  (faker) =>
    Array.from({ length: 8 }, () =>
      faker.number.float({ max: 1000, fractionDigits: faker.number.int({ min: 1, max: 6 }) }),
    ).join(' '),
  (faker) =>
    `bytes=${digits(faker, 9)} offset=${digits(faker, 11)} lsn=${int(faker, 9)}/${hex(faker, 8).toUpperCase()} rows=${int(faker, 99999)} cost=0.00..${faker.finance.amount()}`,
  (faker) =>
    `${faker.location.latitude()}, ${faker.location.longitude()} zip ${faker.location.zipCode()} size ${int(faker, 4000)}x${int(faker, 4000)}`,
  (faker) =>
    `| ${int(faker, 99999)} | ${faker.commerce.productName()} | ${faker.commerce.price()} | ${int(faker, 9999)} | ${faker.datatype.boolean() ? 't' : 'f'} |`,
  // Code.
  (faker) =>
    `const ${faker.word.noun().replaceAll(/\W/g, '')} = await client.query('select id, total from orders where id = $1', [${digits(faker, 5)}])`,
  (faker) => `std::vector<int> ${faker.hacker.abbreviation()}::add(a::b::c) { return cafe::bad(0x${hex(faker, 8)}); }`,
  (faker) =>
    `@Injectable() export class ${faker.person.lastName().replaceAll(/\W/g, '')}Service { @Input() count = ${int(faker, 99)}; } // see #${int(faker, 9999)}`,
  (faker) =>
    `git clone git@github.com:${faker.word.noun()}/${faker.word.noun()}.git && docker pull registry/${faker.word.noun()}@sha256:${hex(faker, 64)}`,
  (faker) =>
    `password = os.environ["DB_PASSWORD"]; token = get_token(${digits(faker, 3)}); Authorization: Bearer $TOKEN`,
  (faker) =>
    `SELECT created_at::date, (a->>'b')::int, '{1,2,3}'::int[] FROM t WHERE x @> '{}' AND y = ANY($${int(faker, 9)}) LIMIT ${int(faker, 500)}`,
  (faker) =>
    `.btn-${faker.word.noun()} { color: #${hex(faker, 6)}; margin: ${int(faker, 40)}px ${int(faker, 40)}px; background: url(logo@2x.png) }`,
  (faker) =>
    `    at ${faker.hacker.verb().replaceAll(/\W/g, '')} (/app/node_modules/${faker.word.noun()}/index.js:${int(faker, 900)}:${int(faker, 80)})`,
  // Logs.
  (faker) =>
    `${faker.date.recent().toISOString()} INFO  [pool-${int(faker, 20)}-thread-${int(faker, 99)}] o.s.web.Servlet - completed in ${int(faker, 999)} ms status=${faker.internet.httpStatusCode()}`,
  (faker) =>
    `${faker.date.recent().toUTCString()} kernel: [${digits(faker, 6)}.${digits(faker, 6)}] usb ${int(faker, 9)}-${int(faker, 9)}: new device, idVendor=${hex(faker, 4)}, idProduct=${hex(faker, 4)}`,
  (faker) =>
    `level=info trace_id=${hex(faker, 32)} span_id=${hex(faker, 16)} user_id=${digits(faker, 7)} duration=${faker.finance.amount()}ms msg="${faker.hacker.phrase()}"`,
  (faker) =>
    `"GET /api/v1/${faker.word.noun()}/${digits(faker, 6)}?page=${int(faker, 99)}&limit=50 HTTP/1.1" ${faker.internet.httpStatusCode()} ${digits(faker, 5)} "-" "curl/8.5.0"`,
  (faker) =>
    `systemd[1]: Started user@1000.service - session-${int(faker, 999)}.scope, getty@tty1.service pid ${digits(faker, 5)}`,
  // People who write.
  (faker) => faker.lorem.sentence(20),
  (faker) => faker.hacker.phrase(),
  (faker) => faker.company.catchPhrase(),
]

/** GTIN-13, GS1 General Specifications 7.9. */
function ean(faker: Faker): string {
  const payload = `4${digits(faker, 11)}`
  const sum = [...payload].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
  return payload + String((10 - (sum % 10)) % 10)
}

function pairs(faker: Faker, count: number): string {
  return Array.from({ length: count }, () => hex(faker, 2)).join(':')
}

/** A line that holds nothing sensitive. */
export function negativeLine(faker: Faker): string {
  return faker.helpers.arrayElement(makers)(faker)
}

/** Texts of several lines that hold nothing sensitive, of about so many bytes in all. */
export function* negativeTexts(seed: number, bytes: number): Generator<string> {
  const faker = seededFaker(seed)
  for (let made = 0; made < bytes;) {
    const text = Array.from({ length: faker.number.int({ min: 1, max: 40 }) }, () => negativeLine(faker)).join('\n')
    made += text.length
    yield text
  }
}

import type { Faker } from '@faker-js/faker'
import { negativeLine } from './negative-texts.js'
import type { LabelledValue } from './labelled-values.js'
import { seededFaker, valueMakers } from './labelled-values.js'

/** Where a value of a type is in a text. */
export interface Label {
  readonly type: string
  readonly start: number
  readonly end: number
}

/** A text as an agent may get it, with all that is sensitive in it. */
export interface LabelledText {
  readonly text: string
  /** The name of its column, when the text is the value of one. */
  readonly field?: string
  readonly labels: readonly Label[]
}

/** What people call a value of each type: names of fields and words in sentences. */
const names: Readonly<Record<string, { readonly fields: readonly string[]; readonly words: readonly string[] }>> = {
  'credit-card': { fields: ['card_number', 'cc_num', 'pan'], words: ['card', 'credit card', 'Visa', 'payment card'] },
  iban: { fields: ['iban', 'bank_account', 'account_iban'], words: ['IBAN', 'account', 'bank account'] },
  email: { fields: ['email', 'e_mail', 'contact', 'login'], words: ['address', 'e-mail', 'contact', 'user'] },
  'us-ssn': { fields: ['ssn', 'customer_ssn', 'social_security_number'], words: ['SSN', 'social security number'] },
  phone: { fields: ['phone', 'mobile_number', 'tel', 'contact_phone'], words: ['phone', 'mobile', 'telephone number'] },
  ip: { fields: ['ip', 'client_ip', 'remote_addr', 'host'], words: ['host', 'IP address', 'client', 'address'] },
  'date-of-birth': {
    fields: ['dob', 'date_of_birth', 'birth_date', 'birthday'],
    words: ['date of birth', 'DOB', 'birthday'],
  },
  jwt: { fields: ['token', 'access_token', 'id_token'], words: ['token', 'bearer token', 'session'] },
  'private-key': { fields: ['key', 'private_key', 'pem'], words: ['key', 'deploy key'] },
  'cloud-key': { fields: ['api_key', 'token', 'secret'], words: ['key', 'token', 'API key', 'credential'] },
  'connection-password': { fields: ['database_url', 'dsn', 'url'], words: ['connection', 'database', 'DSN'] },
}

/** These say nothing by themselves, so that people always say what they are. */
const needWords: ReadonlySet<string> = new Set(['us-ssn', 'phone', 'date-of-birth'])

type Part = string | LabelledValue

function assemble(parts: readonly Part[], field?: string): LabelledText {
  let text = ''
  const labels: Label[] = []
  for (const part of parts) {
    if (typeof part !== 'string') {
      const start = text.length + part.text.indexOf(part.secret)
      labels.push({ type: part.type, start, end: start + part.secret.length })
    }
    text += typeof part === 'string' ? part : part.text
  }
  return { text, labels, ...(field !== undefined && { field }) }
}

/** A value inside a JSON string: its line ends are escaped. */
function inJson(value: LabelledValue): LabelledValue {
  const escaped = (text: string): string => JSON.stringify(text).slice(1, -1)
  return { type: value.type, text: escaped(value.text), secret: escaped(value.secret) }
}

type Carrier = (faker: Faker, make: () => LabelledValue) => LabelledText

function describe(faker: Faker, { type }: LabelledValue): { field: string; word: string } {
  const known = names[type] ?? { fields: ['value'], words: ['value'] }
  return { field: faker.helpers.arrayElement(known.fields), word: faker.helpers.arrayElement(known.words) }
}

const carriers: readonly Carrier[] = [
  // Sentences.
  (faker, make) => {
    const value = make()
    const { word } = describe(faker, value)
    const [before, after] = faker.helpers.arrayElement([
      [`The ${word} on file is `, '.'],
      [`${faker.person.firstName()}'s ${word}: `, `, please ${faker.word.verb()} it.`],
      [`Please use the ${word} `, ` from now on, said ${faker.person.fullName()}`],
      [`Customer ${faker.person.fullName()} gave this ${word} (`, `) on the call.`],
    ])
    return assemble([`${faker.lorem.sentence()} `, before, value, after, ` ${faker.lorem.sentence()}`])
  },
  // Without a word about what it is, unless people always say it.
  (faker, make) => {
    const value = make()
    const word = needWords.has(value.type) ? `${describe(faker, value).word} ` : ''
    return assemble([`${faker.lorem.words(6)} ${word}`, value, ` ${faker.lorem.words(4)}`])
  },
  // A row of CSV under its heading.
  (faker, make) => {
    const value = make()
    const { field } = describe(faker, value)
    const quote = /[,\n]/.test(value.text) ? '"' : ''
    const row = [`id,${field},name,amount\n${String(faker.number.int(99999))},${quote}`, value]
    return assemble([...row, `${quote},${faker.person.lastName()},${faker.finance.amount()}\n`])
  },
  // JSON.
  (faker, make) => {
    const value = make()
    const { field } = describe(faker, value)
    const start = `{"id":${String(faker.number.int(999999))},"name":${JSON.stringify(faker.person.fullName())},"${field}":"`
    return assemble([start, inJson(value), `","created_at":"${faker.date.past().toISOString()}"}`])
  },
  (faker, make) => {
    const [one, other] = [make(), make()]
    const start = `{\n  "order": "${faker.string.uuid()}",\n  "customer": {\n    "${describe(faker, one).field}": "`
    return assemble([start, inJson(one), `",\n    "${describe(faker, other).field}": "`, inJson(other), '"\n  }\n}'])
  },
  // A line of a log.
  (faker, make) => {
    const value = make()
    const { field } = describe(faker, value)
    const level = faker.helpers.arrayElement(['INFO', 'WARN', 'ERROR', 'DEBUG'])
    const start = `${faker.date.recent().toISOString()} ${level} [${faker.word.noun()}-${String(faker.number.int(16))}] `
    return assemble([
      start,
      `request=${faker.string.uuid()} ${field}=`,
      value,
      ` took=${String(faker.number.int(900))}ms`,
    ])
  },
  // SQL.
  (faker, make) => {
    const value = make()
    const { field } = describe(faker, value)
    return assemble([`UPDATE customers SET ${field} = '`, value, `' WHERE id = ${String(faker.number.int(99999))};`])
  },
  (faker, make) => {
    const value = make()
    const { field } = describe(faker, value)
    const start = `INSERT INTO people (id, ${field}) VALUES (${String(faker.number.int(99999))}, '`
    return assemble([start, value, `') ON CONFLICT DO NOTHING`])
  },
  // Chat.
  (faker, make) => {
    const value = make()
    const { word } = describe(faker, value)
    const start = `[${String(faker.number.int({ min: 10, max: 23 }))}:${String(faker.number.int({ min: 10, max: 59 }))}] `
    const said = faker.helpers.arrayElement([`my ${word} is `, `here's the ${word} `, `${word}? sure: `])
    return assemble([
      `${start}<${faker.internet.username()}> hey, ${said}`,
      value,
      faker.helpers.arrayElement(['', ' :)', '\n', '!']),
    ])
  },
  // The value of a column.
  (faker, make) => {
    const value = make()
    return assemble([value], describe(faker, value).field)
  },
]

/** So many texts, the same for the same seed. About a third are surrounded by what is not sensitive. */
export function labelledTexts(seed: number, count: number): LabelledText[] {
  const faker = seededFaker(seed)
  const makers = [...valueMakers.values()]
  return Array.from({ length: count }, (_, index) => {
    const maker = makers[index % makers.length]
    const carrier = faker.helpers.arrayElement(carriers)
    if (maker === undefined) throw new Error('there are no values')
    const made = carrier(faker, () => maker(faker))
    if (made.field !== undefined || !faker.datatype.boolean(0.3)) return made
    const before = `${negativeLine(faker)}\n`
    const labels = made.labels.map(({ type, start, end }) => ({
      type,
      start: start + before.length,
      end: end + before.length,
    }))
    return { text: `${before}${made.text}\n${negativeLine(faker)}`, labels }
  })
}

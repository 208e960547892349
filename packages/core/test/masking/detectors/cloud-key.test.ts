import { describe, expect, it } from 'vitest'
import { cloudKey, keyRows } from '../../../src/masking/detectors/cloud-key.js'
import { foundBy } from './found-by.js'
import { seededFaker } from './labelled-values.js'

const found = foundBy(cloudKey)
const faker = seededFaker(11)
const hex = (length: number): string => faker.string.fromCharacters('abcdef0123456789', length)
const word = (length: number): string =>
  faker.string.fromCharacters('ABCDEFGHKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz23456789', length)

/** One key of each vendor, and what is said beside those that have no form of their own. Made up here, so that none is real. */
const keys: Readonly<Record<string, readonly [key: string, before?: string]>> = {
  AWS: [`AKIA${faker.string.fromCharacters('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', 16)}`],
  'AWS secret': [word(40), 'aws_secret_access_key = '],
  'AWS Bedrock': [`ABSK${word(120)}=`],
  'Google API': [`AIza${word(35)}`],
  'Google OAuth client': [`GOCSPX-${word(28)}`],
  'Google OAuth': [`ya29.${word(120)}`],
  'Google refresh': [`1//0${word(60)}`],
  'Google service account': [hex(40), '"private_key_id": "'],
  'Azure client secret': [`abc8Q~${word(32)}`],
  'Azure signature': [`${word(43)}%3D`, '?sv=2024&sig='],
  'Azure account': [`${word(86)}==`, 'AccountKey='],
  'Azure DevOps': [`${word(76)}AZDO${word(4)}`],
  DigitalOcean: [`dop_v1_${hex(64)}`],
  Cloudflare: [word(40), 'CLOUDFLARE_API_TOKEN='],
  'Cloudflare global': [hex(37), 'X-Auth-Key: '],
  'Cloudflare origin': [`v1.0-${hex(24)}-${hex(146)}`],
  Heroku: [`HRKU-${word(60)}`],
  'Heroku key': [faker.string.uuid(), 'HEROKU_API_KEY='],
  Alibaba: [`LTAI${word(20)}`],
  Tencent: [`AKID${word(32)}`],
  'Fly.io': [`fo1_${word(43)}`],
  Netlify: [`nfp_${word(36)}`],
  Supabase: [`sbp_${hex(40)}`],
  PlanetScale: [`pscale_tkn_${word(43)}`],
  Vault: [`hvs.${word(95)}`],
  'Vault before 1.10': [`s.${word(24)}`, 'VAULT_TOKEN='],
  'HCP Terraform': [`${word(14)}.atlasv1.${word(67)}`],
  Pulumi: [`pul-${hex(40)}`],
  Doppler: [`dp.st.dev_main.${word(43)}`],
  Databricks: [`dapi${hex(32)}-2`],
  Docker: [`dckr_pat_${word(27)}`],
  age: [`AGE-SECRET-KEY-1${word(58).toUpperCase()}`],
  GitHub: [`ghp_${word(36)}`],
  'GitHub fine-grained': [`github_pat_${word(22)}_${word(59)}`],
  GitLab: [`glpat-${word(20)}`],
  Atlassian: [`ATATT3${word(180)}`],
  Slack: [`xoxb-${faker.string.numeric(12)}-${faker.string.numeric(12)}-${word(24)}`],
  'Slack webhook': [`T${word(8)}/B${word(8)}/${word(24)}`, 'https://hooks.slack.com/services/'],
  Discord: [`M${word(23)}.${word(6)}.${word(38)}`, 'Bot '],
  'Discord webhook': [`${faker.string.numeric(18)}/${word(68)}`, 'https://discord.com/api/webhooks/'],
  Telegram: [`${faker.string.numeric(10)}:AA${word(33)}`],
  Stripe: [`sk_live_${word(24)}`],
  Square: [`EAAA${word(60)}`],
  Shopify: [`shpat_${hex(32)}`],
  Twilio: [`SK${hex(32)}`],
  'Twilio auth token': [hex(32), 'TWILIO_AUTH_TOKEN='],
  SendGrid: [`SG.${word(22)}.${word(43)}`],
  Mailgun: [`key-${hex(32)}`],
  'Mailgun since 2018': [`${hex(32)}-${hex(8)}-${hex(8)}`, 'MAILGUN_API_KEY='],
  Brevo: [`xkeysib-${hex(64)}-${word(16)}`],
  Mailchimp: [`${hex(32)}-us12`],
  npm: [`npm_${word(36)}`],
  PyPI: [`pypi-AgEIcHlwaS5vcmc${word(120)}`],
  RubyGems: [`rubygems_${hex(48)}`],
  'crates.io': [`cio${word(32)}`],
  OpenAI: [`sk-proj-${word(74)}`],
  Anthropic: [`sk-ant-api03-${word(93)}AA`],
  DeepSeek: [`sk-${hex(32)}`],
  'Hugging Face': [`hf_${word(34)}`],
  Groq: [`gsk_${word(52)}`],
  xAI: [`xai-${word(80)}`],
  Perplexity: [`pplx-${word(48)}`],
  Replicate: [`r8_${word(37)}`],
  LangSmith: [`lsv2_pt_${hex(32)}_${hex(10)}`],
  Linear: [`lin_api_${word(40)}`],
  Notion: [`ntn_${word(46)}`],
  Postman: [`PMAK-${hex(24)}-${hex(34)}`],
  Figma: [`figd_${word(40)}`],
  Airtable: [`pat${word(14)}.${hex(64)}`],
  Datadog: [hex(32), 'DD_API_KEY='],
  'New Relic': [`NRAK-${word(27).toUpperCase()}`],
  Grafana: [`glsa_${word(32)}_${hex(8)}`],
  Sentry: [`sntryu_${hex(64)}`],
  Okta: [`00${word(40)}`, 'Authorization: SSWS '],
}

describe('keys of clouds and services', () => {
  it.each(keyRows)('are found: $vendor', ({ vendor, keywords }) => {
    const [key, before = ''] = keys[vendor] ?? ['']
    expect(found(`x ${before}${key} y`)).toEqual([key])
    expect(found(`{"x":"${before}${key}"}`)).toEqual([key])
    expect(keywords.some((keyword) => `${before}${key}`.toLowerCase().includes(keyword))).toBe(true)
    expect(keywords.every((keyword) => keyword === keyword.toLowerCase())).toBe(true)
  })

  it('without a form of their own are found only beside the name of the vendor', () => {
    const bare = Object.values(keys).filter(([key, before]) => before !== undefined && !key.includes('.'))
    expect(bare.length).toBeGreaterThan(10)
    for (const [key] of bare) expect(found(`digest ${key} of the build`)).toEqual([])
  })

  it('without a form of their own are not found far from the name of the vendor', () => {
    const key = hex(32)
    expect(found(`twilio ${key}`)).toEqual([key])
    expect(found(`twilio ${'x '.repeat(40)}${key}`)).toEqual([])
  })

  it.each([
    `AKIA${'X'.repeat(15)}`,
    `xAKIA${word(16).toUpperCase()}`,
    `LTAI${'x'.repeat(20)}`,
    `sk-${'x'.repeat(32)}`,
    'sk-button-primary-large-with-icon-left-aligned',
    'npm_config_registry',
    'ghp_tooshort',
    `aws commit ${'a1'.repeat(20)}`,
    'the aws_secret_access_key is ****************************************',
    'asia and skating',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it('begin with a sign that each text with one has, so that most texts need no look', () => {
    const needed = cloudKey.needs.anyOf ?? []
    for (const { keywords } of keyRows) expect(needed).toEqual(expect.arrayContaining([...keywords]))
  })
})

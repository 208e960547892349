import { describe, expect, it } from 'vitest'
import { cloudKey, keyRows, vendors } from '../../../src/masking/detectors/cloud-key.js'
import { fc } from '../../properties.js'
import { foundBy } from './found-by.js'
import { keysOf } from '../support/keys-of.js'
import { hex, vendorKeys as keys, word } from '../support/vendor-keys.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const found = foundBy(cloudKey)
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
    `XAKIA${'Q7ZP2XK4'.repeat(2)}`,
    `AKIA${'Q7ZP2XK8'.repeat(2)}`,
    `ddpat_${'x'.repeat(40)}`,
    `${'A'.repeat(122)}`,
    `sl.${'segment_'.repeat(3)}`,
    `ghs_123_eyJ`,
    `cfut_${word(30)}`,
    `LTAI${'x'.repeat(20)}`,
    `sk-${'x'.repeat(32)}`,
    'sk-button-primary-large-with-icon-left-aligned',
    'npm_config_registry',
    'ghp_tooshort',
    `aws commit ${'a1'.repeat(20)}`,
    `a coherent commit ${hex(40)}`,
    'the aws_secret_access_key is ****************************************',
    'asia and skating',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })

  it.each(keyRows)('of which only the beginning is there are not: $vendor', ({ vendor }) => {
    const [key, before = ''] = keys[vendor] ?? ['']
    expect(key.length).toBeGreaterThan(18)
    expect(found(`x ${before}${key.slice(0, 14)} y`)).toEqual([])
  })

  // What is before them tells these: the address of a hook, and the number of a bot.
  it.each(keyRows.filter(({ vendor }) => !/webhook|Telegram/.test(vendor)))(
    'that lack what they begin with are not: $vendor',
    ({ vendor }) => {
      const [key, before = ''] = keys[vendor] ?? ['']
      const index = keyRows.findIndex((row) => row.vendor === vendor)
      expect(vendors[index]?.find(`x ${before}${key.slice(1)} y`, {})).toEqual([])
    },
  )

  it.each([
    ['GitHub', () => `ghs_1234567_eyJ${word(20)}.eyJ${word(300)}.${word(160)}`],
    ['GitHub', () => `ghs_${word(36)}`],
    ['Azure identifiable key', () => `${word(52)}JQQJ99BC${word(4)}k${word(19)}`],
    ['Azure identifiable key', () => `${word(42)}AzSeA${word(5)}`],
    ['Azure identifiable key', () => `${word(44)}AzFu${word(5)}Q==`],
    ['Azure identifiable key', () => `${word(33)}+ASbB${word(5)}=`],
    ['AWS Bedrock', () => `bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t${word(400)}`],
    ['AWS session', () => `FwoGZXIvYXdz${word(300)}`],
    ['Cloudflare', () => `cfk_${word(40)}${hex(8)}`],
    ['Stripe', () => `sk_org_live_${word(40)}`],
    ['Stripe', () => `whsec_${word(32)}`],
    ['Slack', () => `xoxd-${word(40)}%2B${word(20)}%3D`],
    ['Slack', () => `xoxe.xoxp-1-${word(164)}`],
    ['Slack', () => `xapp-1-A${word(10)}-1234567890123-${hex(64)}`],
    ['Fly.io', () => `fm2_${word(120)}==`],
    ['GitLab', () => `glcbt-64_${word(20)}`],
    ['GitLab', () => `glpat-${word(27)}.01.${word(9)}`],
    ['Atlassian', () => `ATTA${hex(72)}`],
    ['Grafana', () => `glc_${word(120)}=`],
    ['Grafana', () => `eyJrIjoi${word(80)}`],
    ['Sentry', () => `sntrys_eyJ${word(120)}_${word(43)}`],
    ['Supabase', () => `sb_secret_${word(22)}_${word(8)}`],
    ['Databricks', () => `dose${word(31)}7`],
    ['age', () => `AGE-SECRET-KEY-PQ-1${word(58).toUpperCase()}`],
    ['Brevo', () => `xsmtpsib-${hex(64)}-${word(16)}`],
    ['Anthropic', () => `sk-ant-oat01-${word(93)}AA`],
    ['OpenAI', () => `sk-${word(20)}T3BlbkFJ${word(20)}`],
    ['New Relic', () => `${hex(36)}NRAL`],
    ['1Password secret key', () => `A3-Q7ZP2X-Q7ZP2XK4M6W-Q7ZP2-Q7ZP2-Q7ZP2`],
    ['CircleCI', () => `CCIPRJ_${word(22)}_${hex(40)}`],
    ['Square', () => `sq0atp-${word(22)}`],
  ])('have several forms: %s', (vendor, make) => {
    const key = make()
    const index = keyRows.findIndex((row) => row.vendor === vendor)
    expect(vendors[index]?.find(`x ${key} y`, {})).toEqual([{ start: 2, end: 2 + key.length, score: 0.95 }])
    expect(found(`x ${key} y`)).toEqual([key])
  })

  it.each([
    ['Mailchimp', `${hex(30)}cf-us4`],
    ['Mailchimp', `${hex(30)}a3-us12`],
    ['Facebook', `EAAD${word(92)}`],
    ['Dynatrace', `dt0s16.${word(8).toUpperCase()}.${word(64).toUpperCase()}`],
  ])('are found with any characters: %s', (_, key) => {
    expect(found(`x ${key} y`)).toEqual([key])
  })

  it('are found in every form that the pattern of their vendor has', () => {
    // What is before the keys of Discord tells them.
    for (const [index, { pattern, vendor, context }] of keyRows.entries()) {
      if (context !== undefined || vendor === 'Discord') continue
      fc.assert(
        fc.property(keysOf(pattern), (key) => {
          if (vendors[index]?.find(key, {}).length !== 0) expect(cloudKey.find(key, {})).not.toEqual([])
        }),
        { numRuns: soak ? 1000 : 15 },
      )
    }
  })

  it('name where their form is described', () => {
    const names = keyRows.map(({ source }) => source)
    expect(names.filter((source) => !/^[\w./-]+\.\w+[\w/.-]*: \S/.test(source))).toEqual([])
    expect(new Set(keyRows.map(({ vendor }) => vendor)).size).toBe(keyRows.length)
  })

  it('begin with a sign that each text with one has, so that most texts need no look', () => {
    const needed = cloudKey.needs.anyOf ?? []
    for (const { keywords } of keyRows) expect(needed).toEqual(expect.arrayContaining([...keywords]))
  })
})

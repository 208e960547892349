import type { ContextWords } from './context-words.js'
import type { Scores } from './define-detector.js'

/** The keys of one vendor. */
export interface KeyRow {
  readonly vendor: string
  /** In lower case: one of them is in every text with such a key. */
  readonly keywords: readonly string[]
  readonly pattern: RegExp
  /** 0.95 unless given. */
  readonly score?: Scores
  readonly context?: ContextWords
  /** Whether it must look random too: where only the length tells it from other texts. */
  readonly random?: true
}

/** Keys without a form of their own: only beside the vendor's name. */
export function beside(...words: readonly string[]): Pick<KeyRow, 'score' | 'context' | 'random'> {
  return { score: { alone: 0, context: 0.85 }, context: { words, before: 60, after: 20 }, random: true }
}

const hexadecimal = (length: number): RegExp =>
  new RegExp(String.raw`(?<![\w-])[\da-f]{${String(length)}}(?![\w-])`, 'gi')

/** Clouds and where things run. The comments name the vendors' own pages. */
export const cloudRows: readonly KeyRow[] = [
  // IAM User Guide, "Understanding unique ID prefixes"; "Manage access keys for IAM users".
  {
    vendor: 'AWS',
    keywords: ['akia', 'asia', 'abia', 'acca'],
    pattern: /(?<![A-Z\d])A(?:KI|SI|BI|CC)A[A-Z2-7]{16}(?![A-Z\d])/g,
  },
  {
    vendor: 'AWS secret',
    keywords: ['secret', 'aws'],
    pattern: /(?<![\w/+=])[\w/+]{40}(?![\w/+=])/g,
    ...beside('aws', 'secret_access_key', 'secretaccesskey', 'secret access key', 'secret key', 'secret_key'),
  },
  // Amazon Bedrock User Guide, "API keys".
  { vendor: 'AWS Bedrock', keywords: ['absk'], pattern: /(?<!\w)ABSK[\w+/]{100,280}={0,2}/g },
  // Google Cloud, "Manage API keys"; "OAuth 2.0 client secrets"; "Types of tokens".
  { vendor: 'Google API', keywords: ['aiza'], pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g },
  { vendor: 'Google OAuth client', keywords: ['gocspx-'], pattern: /(?<![\w-])GOCSPX-[\w-]{28}(?![\w-])/g },
  { vendor: 'Google OAuth', keywords: ['ya29.'], pattern: /(?<![\w-])ya29\.[\w-]{20,1024}/g },
  { vendor: 'Google refresh', keywords: ['1//0'], pattern: /(?<![\w/-])1\/\/0[\w-]{40,160}/g, random: true },
  {
    vendor: 'Google service account',
    keywords: ['private_key_id'],
    pattern: /private_key_id\\?"\s{0,4}:\s{0,4}\\?"(?<secret>[\da-f]{40})/g,
  },
  // Microsoft Entra, "Client secrets"; Azure Storage, "Shared access signatures" and "Account keys"; Azure DevOps, "PAT format".
  {
    vendor: 'Azure client secret',
    keywords: ['q~'],
    pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])/g,
    random: true,
  },
  { vendor: 'Azure signature', keywords: ['sig='], pattern: /[?&;]sig=(?<secret>[\w%+/]{43,80}(?:%3d|=))/gi },
  {
    vendor: 'Azure account',
    keywords: ['account', 'azure', 'sharedaccess'],
    pattern: /(?<![\w+/])[\w+/]{86}==/g,
    ...beside('accountkey', 'account_key', 'account key', 'azure', 'sharedaccesskey'),
  },
  { vendor: 'Azure DevOps', keywords: ['azdo'], pattern: /(?<!\w)[a-z\d]{76}AZDO[a-z\d]{4}(?!\w)/gi },
  // DigitalOcean API, "Authentication".
  { vendor: 'DigitalOcean', keywords: ['_v1_'], pattern: /(?<!\w)do[opr]_v1_[\da-f]{64}(?!\w)/g },
  // Cloudflare, "API tokens" and "Origin CA keys".
  {
    vendor: 'Cloudflare',
    keywords: ['cloudflare', 'cf_', 'cf-'],
    pattern: /(?<![\w-])[\w-]{40}(?![\w-])/g,
    ...beside('cloudflare', 'cf_api', 'cf-api', 'cf_token'),
  },
  {
    vendor: 'Cloudflare global',
    keywords: ['cloudflare', 'cf_', 'x-auth-key'],
    pattern: hexadecimal(37),
    ...beside('cloudflare', 'cf_api', 'x-auth-key'),
  },
  { vendor: 'Cloudflare origin', keywords: ['v1.0-'], pattern: /(?<![\w.])v1\.0-[\da-f]{24}-[\da-f]{146}(?!\w)/g },
  // Heroku Platform API, "Authorizations".
  { vendor: 'Heroku', keywords: ['hrku-'], pattern: /(?<!\w)HRKU-[\w-]{36,70}/g },
  {
    vendor: 'Heroku key',
    keywords: ['heroku'],
    pattern: /(?<![\w-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])/gi,
    ...beside('heroku'),
  },
  // Alibaba Cloud, "AccessKey pairs"; Tencent Cloud, "Access keys".
  { vendor: 'Alibaba', keywords: ['ltai'], pattern: /(?<!\w)LTAI[a-z\d]{12,26}(?!\w)/gi, random: true },
  { vendor: 'Tencent', keywords: ['akid'], pattern: /(?<!\w)AKID[a-z\d]{32}(?!\w)/gi },
  // Fly.io, "Access tokens"; Netlify and Supabase, "Personal access tokens"; PlanetScale, "Service tokens".
  { vendor: 'Fly.io', keywords: ['fm2_', 'fo1_'], pattern: /(?<!\w)(?:fm2_[\w+/=,]{80,2000}|fo1_[\w-]{43})/g },
  { vendor: 'Netlify', keywords: ['nfp_'], pattern: /(?<!\w)nfp_[a-z\d]{36,40}(?!\w)/gi },
  {
    vendor: 'Supabase',
    keywords: ['sbp_', 'sb_secret_'],
    pattern: /(?<!\w)(?:sbp_[\da-f]{40}|sb_secret_[\w-]{22,60})/g,
  },
  { vendor: 'PlanetScale', keywords: ['pscale_'], pattern: /(?<!\w)pscale_(?:tkn|pw|oauth)_[\w.-]{32,64}/g },
  // HashiCorp, "Tokens" (Vault) and "API tokens" (HCP Terraform); Pulumi, "Access tokens"; Doppler, "Token formats".
  { vendor: 'Vault', keywords: ['hvs.', 'hvb.', 'hvr.'], pattern: /(?<![\w.])hv[sbr]\.[\w-]{24,300}/g },
  { vendor: 'Vault before 1.10', keywords: ['vault'], pattern: /(?<![\w.])s\.[a-z\d]{24}(?!\w)/gi, ...beside('vault') },
  { vendor: 'HCP Terraform', keywords: ['.atlasv1.'], pattern: /(?<!\w)[a-z\d]{14}\.atlasv1\.[\w-]{60,70}/gi },
  { vendor: 'Pulumi', keywords: ['pul-'], pattern: /(?<!\w)pul-[\da-f]{40}(?!\w)/g },
  {
    vendor: 'Doppler',
    keywords: ['dp.'],
    pattern: /(?<![\w.])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,35}\.)?[a-z\d]{40,44}(?!\w)/gi,
  },
  // Databricks, "Personal access tokens".
  { vendor: 'Databricks', keywords: ['dapi'], pattern: /(?<!\w)dapi[\da-f]{32}(?:-\d)?(?!\w)/g },
  // Docker, "Personal access tokens"; age, "Format".
  { vendor: 'Docker', keywords: ['dckr_'], pattern: /(?<!\w)dckr_(?:pat|oat)_[\w-]{27,40}/g },
  { vendor: 'age', keywords: ['age-secret-key-1'], pattern: /(?<!\w)AGE-SECRET-KEY-1[A-Z\d]{58}(?!\w)/gi },
]

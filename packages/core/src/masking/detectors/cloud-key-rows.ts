import type { KeyRow } from './key-row.js'
import { beside, hexadecimal } from './key-row.js'

/** Clouds. */
export const cloudRows: readonly KeyRow[] = [
  {
    vendor: 'AWS',
    source: 'docs.aws.amazon.com: IAM identifiers, understanding unique ID prefixes',
    keywords: ['akia', 'asia', 'abia', 'acca'],
    pattern: /(?<![A-Z\d])A(?:KI|SI|BI|CC)A[A-Z2-7]{16}(?![A-Z\d])/g,
  },
  {
    vendor: 'AWS secret',
    source: 'docs.aws.amazon.com: Manage access keys for IAM users',
    keywords: ['secret', 'aws'],
    pattern: /(?<![\w/+=])[\w/+]{40}(?![\w/+=])/g,
    ...beside('aws', 'secret_access_key', 'secretaccesskey', 'secret access key', 'secret key', 'secret_key'),
  },
  {
    // Base64, or the same percent-encoded in a signed URL. How it begins is the version and the word `origin`, or `aws`.
    vendor: 'AWS session',
    source:
      'docs.aws.amazon.com: Temporary security credentials in IAM; the beginnings are those of public signed URLs',
    keywords: ['iqojb3jpz2lux2vj', 'fwogzxivyxdz', 'fqogzxivyxdz'],
    pattern: /(?<![\w+/])(?:IQoJb3JpZ2luX2Vj|F[wQ]oGZXIvYXdz)[\w+/=%]{60,2000}/g,
  },
  {
    vendor: 'AWS Bedrock',
    source:
      'docs.aws.amazon.com: Amazon Bedrock API keys; gitleaks: aws-amazon-bedrock-api-key-long-lived, -short-lived',
    keywords: ['absk', 'bedrock-api-key-'],
    pattern: /(?<!\w)(?:ABSK[\w+/]{100,280}={0,2}|bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t[\w+/=-]{60,2000})/g,
  },
  {
    vendor: 'Google API',
    source: 'docs.cloud.google.com: Manage API keys',
    keywords: ['aiza'],
    pattern: /(?<![\w-])AIza[\w-]{35}(?![\w-])/g,
  },
  {
    // The page says how they begin, not how long they are.
    vendor: 'Google authentication key',
    source: 'ai.google.dev: Using Gemini API keys',
    keywords: ['aq.ab'],
    pattern: /(?<![\w.-])AQ\.Ab[\w-]{36,120}(?![\w-])/g,
    random: true,
  },
  {
    vendor: 'Google OAuth client',
    source: 'developers.google.com: Using OAuth 2.0 for web server applications; kingfisher: google.2',
    keywords: ['gocspx-'],
    pattern: /(?<![\w-])GOCSPX-[\w-]{28}(?![\w-])/g,
  },
  {
    vendor: 'Google OAuth',
    source: 'docs.cloud.google.com: Token types; kingfisher: google.4',
    keywords: ['ya29.'],
    pattern: /(?<![\w-])ya29\.[\w-]{20,1024}/g,
  },
  {
    vendor: 'Google refresh',
    source: 'developers.google.com: Using OAuth 2.0, refresh tokens',
    keywords: ['1//0'],
    pattern: /(?<![\w/-])1\/\/0[\w-]{40,160}/g,
    random: true,
  },
  {
    vendor: 'Google service account',
    source: 'docs.cloud.google.com: Create and delete service account keys',
    keywords: ['private_key_id'],
    pattern: /private_key_id\\?"\s{0,4}:\s{0,4}\\?"(?<secret>[\da-f]{40})/g,
  },
  {
    vendor: 'Azure client secret',
    source: 'github.com/microsoft/security-utilities: SEC101/156; gitleaks: azure-ad-client-secret',
    keywords: ['q~'],
    pattern: /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~-])/g,
    random: true,
  },
  {
    vendor: 'Azure signature',
    source: 'learn.microsoft.com: Create a service SAS, specify the signature',
    keywords: ['sig='],
    pattern: /[?&;]sig=(?<secret>[\w%+/]{43,80}(?:%3d|=))/gi,
  },
  {
    vendor: 'Azure account',
    source: 'learn.microsoft.com: Manage storage account access keys',
    keywords: ['account', 'azure', 'sharedaccess'],
    pattern: /(?<![\w+/])[\w+/]{86}==/g,
    ...beside('accountkey', 'account_key', 'account key', 'azure', 'sharedaccesskey'),
  },
  {
    // A key's bytes end in a mark, which base64 shows: storage, batch and Cosmos, then search, functions, messages and caches.
    vendor: 'Azure identifiable key',
    source: 'github.com/microsoft/security-utilities: IdentifiableMetadata, SEC101/200',
    keywords: [
      'jqqj9',
      '+ast',
      '+aba',
      '+amc',
      'acdb',
      'apim',
      'azse',
      'azfu',
      'azca',
      '+acr',
      'aiot',
      '+asb',
      '+aeh',
      '+arm',
    ],
    pattern:
      /(?<![\w+/])(?:[A-Za-z\d]{52}JQQJ9[9DH][A-Za-z\d][A-L][A-Za-z\d]{24}(?:[A-Za-z\d]{2}==)?|[\w+/-]{76}(?:APIM|ACDb|\+(?:ABa|AMC|ASt))[\w+/]{5}[AQgw]==|[\w+/-]{42}(?:AzSe|\+ACR)[A-D][\w+/]{5}|[\w-]{44}AzFu[\w-]{5}[AQgw]==|[\w+/]{33}(?:AIoT|AzCa|\+(?:ASb|AEh|ARm))[A-P][\w+/]{5}=)(?![\w+/=])/g,
  },
  {
    vendor: 'Azure DevOps',
    source: 'learn.microsoft.com: Use personal access tokens, token format',
    keywords: ['azdo'],
    pattern: /(?<!\w)[a-z\d]{76}AZDO[a-z\d]{4}(?!\w)/gi,
  },
  {
    vendor: 'DigitalOcean',
    source: 'docs.digitalocean.com: API reference, authentication',
    keywords: ['_v1_'],
    pattern: /(?<!\w)do[opr]_v1_[\da-f]{64}(?!\w)/g,
  },
  {
    // 40 characters and a checksum.
    vendor: 'Cloudflare',
    source: 'developers.cloudflare.com: Token formats',
    keywords: ['cfk_', 'cfut_', 'cfat_'],
    pattern: /(?<!\w)cf(?:k|ut|at)_[\w-]{41,64}(?![\w-])/g,
  },
  {
    vendor: 'Cloudflare before 2026',
    source: 'developers.cloudflare.com: Create API token',
    keywords: ['cloudflare', 'cf_', 'cf-'],
    pattern: /(?<![\w-])[\w-]{40}(?![\w-])/g,
    ...beside('cloudflare', 'cf_api', 'cf-api', 'cf_token'),
  },
  {
    vendor: 'Cloudflare global',
    source: 'developers.cloudflare.com: Global API key',
    keywords: ['cloudflare', 'cf_', 'x-auth-key'],
    pattern: hexadecimal(37),
    ...beside('cloudflare', 'cf_api', 'x-auth-key'),
  },
  {
    vendor: 'Cloudflare origin',
    source: 'developers.cloudflare.com: Origin CA keys; gitleaks: cloudflare-origin-ca-key',
    keywords: ['v1.0-'],
    pattern: /(?<![\w.])v1\.0-[\da-f]{24}-[\da-f]{146}(?!\w)/g,
  },
  {
    vendor: 'Alibaba',
    source: 'alibabacloud.com: AccessKey pairs; gitleaks: alibaba-access-key-id',
    keywords: ['ltai'],
    pattern: /(?<!\w)LTAI[a-z\d]{12,26}(?!\w)/gi,
    random: true,
  },
  {
    vendor: 'Alibaba secret',
    source: 'alibabacloud.com: AccessKey pairs; gitleaks: alibaba-secret-key',
    keywords: ['alibaba', 'aliyun'],
    pattern: /(?<![\w-])[a-z\d]{30}(?![\w-])/gi,
    ...beside('alibaba', 'aliyun'),
  },
  {
    vendor: 'Tencent',
    source: 'tencentcloud.com: Access keys',
    keywords: ['akid'],
    pattern: /(?<!\w)AKID[a-z\d]{32}(?!\w)/gi,
  },
]

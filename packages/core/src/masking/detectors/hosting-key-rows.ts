import type { KeyRow } from './key-row.js'
import { beside, uuid } from './key-row.js'

/** Where programs run, where data and secrets are kept, and how machines reach each other. */
export const hostingRows: readonly KeyRow[] = [
  {
    vendor: 'Heroku',
    source: 'devcenter.heroku.com: Platform API, OAuth; gitleaks: heroku-api-key-v2',
    keywords: ['hrku-'],
    pattern: /(?<!\w)HRKU-[\w-]{36,70}/g,
  },
  {
    vendor: 'Heroku key',
    source: 'devcenter.heroku.com: Platform API, authentication',
    keywords: ['heroku'],
    pattern: uuid,
    ...beside('heroku'),
  },
  {
    vendor: 'Fly.io',
    source: 'fly.io: Access tokens; gitleaks: flyio-access-token',
    keywords: ['fm1a_', 'fm1r_', 'fm2_', 'fo1_'],
    pattern: /(?<!\w)(?:fm(?:1[ar]|2)_[\w+/=,]{80,2000}|fo1_[\w-]{43})/g,
  },
  {
    vendor: 'Netlify',
    source: 'docs.netlify.com: Get started with the API; kingfisher: netlify.3',
    keywords: ['nfp_'],
    pattern: /(?<!\w)nfp_[a-z\d]{36,48}(?!\w)/gi,
  },
  {
    vendor: 'Vercel',
    source: 'vercel.com: Changelog, new token formats and secret scanning; kingfisher: vercel.2 to vercel.6',
    keywords: ['vcp_', 'vci_', 'vca_', 'vcr_', 'vck_'],
    pattern: /(?<!\w)vc[piark]_[\w-]{50,64}(?![\w-])/g,
  },
  {
    vendor: 'Vercel before 2026',
    source: 'vercel.com: Access tokens; kingfisher: vercel.1',
    keywords: ['vercel'],
    pattern: /(?<![\w-])[A-Za-z\d]{24}(?![\w-])/g,
    ...beside('vercel_token', 'vercel_access_token', 'vercel_api', 'vercel token', 'vercel key'),
  },
  {
    vendor: 'Supabase',
    source: 'supabase.com: Understanding API keys; Personal access tokens',
    keywords: ['sbp_', 'sb_secret_'],
    pattern: /(?<!\w)(?:sbp_(?:[a-z\d]{2,6}_)?[\da-f]{40,64}|sb_secret_[\w-]{22,60})/g,
  },
  {
    vendor: 'PlanetScale',
    source: 'planetscale.com: Service tokens; gitleaks: planetscale-api-token, -password, -oauth-token',
    keywords: ['pscale_'],
    pattern: /(?<!\w)pscale_(?:tkn|pw|oauth)_[\w=.-]{32,64}/g,
  },
  {
    vendor: 'MongoDB Atlas',
    source: 'mongodb.com: Service accounts overview; kingfisher: mongodb.4',
    keywords: ['mdb_sa_sk_'],
    pattern: /(?<!\w)mdb_sa_sk_[\w-]{40}(?![\w-])/g,
  },
  {
    vendor: 'ClickHouse',
    source: 'clickhouse.com: Manage API keys; gitleaks: clickhouse-cloud-api-secret-key',
    keywords: ['4b1d'],
    pattern: /(?<!\w)4b1d[A-Za-z\d]{38}(?!\w)/g,
    random: true,
  },
  {
    vendor: 'Vault',
    source: 'developer.hashicorp.com: Vault, tokens, token prefixes',
    keywords: ['hvs.', 'hvb.', 'hvr.'],
    pattern: /(?<![\w.])hv[sbr]\.[\w-]{24,300}/g,
  },
  {
    vendor: 'Vault before 1.10',
    source: 'developer.hashicorp.com: Vault, tokens, token prefixes',
    keywords: ['vault'],
    pattern: /(?<![\w.])s\.[a-z\d]{24}(?!\w)/gi,
    ...beside('vault'),
  },
  {
    vendor: 'HCP Terraform',
    source: 'developer.hashicorp.com: HCP Terraform, API tokens',
    keywords: ['.atlasv1.'],
    pattern: /(?<!\w)[a-z\d]{14}\.atlasv1\.[\w=-]{60,70}/gi,
  },
  {
    vendor: 'Pulumi',
    source: 'pulumi.com: Access tokens; gitleaks: pulumi-api-token',
    keywords: ['pul-'],
    pattern: /(?<!\w)pul-[\da-f]{40}(?!\w)/g,
  },
  {
    vendor: 'Doppler',
    source: 'docs.doppler.com: Auth token formats',
    keywords: ['dp.'],
    pattern: /(?<![\w.])dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[\w-]{1,35}\.)?[a-z\d]{40,44}(?!\w)/gi,
  },
  {
    vendor: '1Password service account',
    source: 'developer.1password.com: Service accounts; gitleaks: 1password-service-account-token',
    keywords: ['ops_eyj'],
    pattern: /(?<!\w)ops_eyJ[\w+/=-]{100,2000}/g,
  },
  {
    vendor: '1Password secret key',
    source: 'support.1password.com: About your secret key; gitleaks: 1password-secret-key',
    keywords: ['a3-'],
    pattern: /(?<![\w-])A3-[A-Z\d]{6}-(?:[A-Z\d]{11}|[A-Z\d]{6}-[A-Z\d]{5})(?:-[A-Z\d]{5}){3}(?![\w-])/g,
  },
  {
    vendor: 'age',
    source: 'github.com/C2SP/C2SP: age, native recipient types',
    keywords: ['age-secret-key-'],
    pattern: /(?<!\w)AGE-SECRET-KEY-(?:PQ-)?1[A-Z\d]{58}(?!\w)/gi,
  },
  {
    vendor: 'Databricks',
    source: 'docs.databricks.com: Personal access tokens; OAuth machine-to-machine; kingfisher: databricks.5',
    keywords: ['dapi', 'dose'],
    pattern: /(?<!\w)(?:dapi[\da-f]{32}(?:-\d)?(?!\w)|dose(?=[\w.-]{0,31}\d)[\w.-]{32}(?![\w-]))/g,
    random: true,
  },
  {
    vendor: 'Docker',
    source: 'docs.docker.com: Personal access tokens; Organization access tokens',
    keywords: ['dckr_'],
    pattern: /(?<!\w)dckr_(?:pat|oat)_[\w-]{27,40}/g,
  },
  {
    vendor: 'OpenShift',
    source: 'docs.redhat.com: OpenShift, managing user-owned OAuth access tokens; gitleaks: openshift-user-token',
    keywords: ['sha256~'],
    pattern: /(?<!\w)sha256~[\w-]{43}(?![\w-])/g,
  },
  {
    vendor: 'Tailscale',
    source: 'tailscale.com: Key prefixes',
    keywords: ['tskey-'],
    pattern: /(?<!\w)tskey-(?:[a-z]{3,10}-)?[A-Za-z\d]{8,40}(?:-[A-Za-z\d]{8,60})?(?!\w)/g,
  },
]

import type { KeyRow } from './cloud-key-rows.js'
import { beside } from './cloud-key-rows.js'

const hexadecimal = (length: number): RegExp =>
  new RegExp(String.raw`(?<![\w-])[\da-f]{${String(length)}}(?![\w-])`, 'gi')

/** Services that developers and businesses use. The comments name the vendors' own pages. */
export const saasRows: readonly KeyRow[] = [
  // GitHub, "About authentication to GitHub: token formats".
  {
    vendor: 'GitHub',
    keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: /(?<![a-z\d])gh[pousr]_[a-z\d]{36,255}(?!\w)/gi,
  },
  { vendor: 'GitHub fine-grained', keywords: ['github_pat_'], pattern: /(?<![a-z\d])github_pat_\w{82,255}/gi },
  // GitLab, "Token overview: token prefixes".
  {
    vendor: 'GitLab',
    keywords: [
      'glpat-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glptt-',
      'glcbt-',
      'glft-',
      'glimt-',
      'glagent-',
      'glsoat-',
      'gloas-',
      'glffct-',
    ],
    pattern: /(?<![a-z\d])gl(?:pat|dt|rt|rtr|ptt|cbt|ft|imt|agent|soat|oas|ffct)-[\w.=-]{20,300}/gi,
  },
  // Atlassian, "Manage API tokens"; "Bitbucket app passwords".
  {
    vendor: 'Atlassian',
    keywords: ['atatt3', 'atctt3', 'atbb'],
    pattern: /(?<!\w)(?:AT[AC]TT3[\w=-]{60,260}|ATBB[a-z\d]{32,60})/gi,
  },
  // Slack, "Tokens" and "Incoming webhooks".
  {
    vendor: 'Slack',
    keywords: ['xox', 'xapp-'],
    pattern: /(?<![a-z\d])(?:xox[abceoprs][.-](?:xox[bp]-)?[\w-]{10,250}|xapp-\d-[a-z\d-]{20,250})/gi,
  },
  {
    vendor: 'Slack webhook',
    keywords: ['hooks.slack.com'],
    pattern: /hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/(?<secret>[\w/]{20,100})/gi,
  },
  // Discord, "Authentication" and "Webhook resource"; Telegram, "Authorizing your bot".
  {
    vendor: 'Discord',
    keywords: ['discord', 'bot '],
    pattern: /(?<![\w.-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])/g,
    random: true,
  },
  {
    vendor: 'Discord webhook',
    keywords: ['/api/webhooks/'],
    pattern: /\/api\/webhooks\/(?<secret>\d{17,20}\/[\w-]{60,80})/g,
  },
  { vendor: 'Telegram', keywords: [':aa'], pattern: /(?<!\w|\d:)\d{8,10}:AA[\w-]{33}(?![\w-])/g },
  // Stripe, "API keys" and "Webhook signing"; Square, "Access tokens"; Shopify, "Access tokens".
  {
    vendor: 'Stripe',
    keywords: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
    pattern: /(?<![a-z\d])(?:[sr]k_(?:live|test)_[a-z\d]{10,247}|whsec_[a-z\d+/=]{24,100})/gi,
  },
  {
    vendor: 'Square',
    keywords: ['eaaa', 'sq0'],
    pattern: /(?<![\w-])(?:EAAA[\w-]{60}|sq0(?:atp|csp)-[\w-]{22,43})(?![\w-])/g,
  },
  {
    vendor: 'Shopify',
    keywords: ['shpat_', 'shpca_', 'shppa_', 'shpss_'],
    pattern: /(?<!\w)shp(?:at|ca|pa|ss)_[\da-f]{32}(?!\w)/gi,
  },
  // Twilio, "API keys" and "Auth tokens"; SendGrid and Mailgun, "API keys"; Brevo and Mailchimp, "API keys".
  {
    vendor: 'Twilio',
    keywords: Array.from('0123456789abcdef', (digit) => `sk${digit}`),
    pattern: /(?<!\w)SK[\da-f]{32}(?!\w)/g,
  },
  { vendor: 'Twilio auth token', keywords: ['twilio'], pattern: hexadecimal(32), ...beside('twilio') },
  { vendor: 'SendGrid', keywords: ['sg.'], pattern: /(?<![\w.])SG\.[\w-]{22}\.[\w-]{43}(?![\w-])/g },
  { vendor: 'Mailgun', keywords: ['key-'], pattern: /(?<![\w-])key-[\da-f]{32}(?!\w)/g },
  {
    vendor: 'Mailgun since 2018',
    keywords: ['mailgun'],
    pattern: /(?<![\w-])[\da-f]{32}-[\da-f]{8}-[\da-f]{8}(?![\w-])/g,
    ...beside('mailgun'),
  },
  { vendor: 'Brevo', keywords: ['xkeysib-'], pattern: /(?<!\w)xkeysib-[\da-f]{64}-[a-z\d]{16}(?!\w)/gi },
  { vendor: 'Mailchimp', keywords: ['-us'], pattern: /(?<![\w-])[\da-f]{32}-us\d{1,2}(?!\w)/g },
  // npm, "About access tokens"; PyPI, "API tokens"; RubyGems and crates.io, "API keys".
  { vendor: 'npm', keywords: ['npm_'], pattern: /(?<!\w)npm_[a-z\d]{36}(?!\w)/gi },
  {
    vendor: 'PyPI',
    keywords: ['pypi-ag'],
    pattern: /(?<!\w)pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{50,1000}/g,
  },
  { vendor: 'RubyGems', keywords: ['rubygems_'], pattern: /(?<!\w)rubygems_[\da-f]{48}(?!\w)/g },
  { vendor: 'crates.io', keywords: ['cio'], pattern: /(?<!\w)cio[A-Za-z\d]{32}(?!\w)/g, random: true },
  // OpenAI, Anthropic, DeepSeek, "API keys"; Hugging Face, "User access tokens"; Groq, xAI, Perplexity, Replicate, LangSmith.
  {
    vendor: 'OpenAI',
    keywords: ['sk-'],
    pattern:
      /(?<![\w-])sk-(?:(?:proj|svcacct|admin|None)-[\w-]{20,200}|[A-Za-z\d]{20}T3BlbkFJ[A-Za-z\d]{20}(?![\w-]))/g,
  },
  { vendor: 'Anthropic', keywords: ['sk-ant-'], pattern: /(?<![\w-])sk-ant-[a-z]{3,8}\d\d-[\w-]{60,140}/g },
  { vendor: 'DeepSeek', keywords: ['sk-'], pattern: /(?<![\w-])sk-[\da-z]{32,64}(?![\w-])/gi, random: true },
  { vendor: 'Hugging Face', keywords: ['hf_', 'api_org_'], pattern: /(?<!\w)(?:hf|api_org)_[a-z\d]{34}(?!\w)/gi },
  { vendor: 'Groq', keywords: ['gsk_'], pattern: /(?<!\w)gsk_[a-z\d]{52}(?!\w)/gi },
  { vendor: 'xAI', keywords: ['xai-'], pattern: /(?<!\w)xai-[a-z\d]{80}(?!\w)/gi },
  { vendor: 'Perplexity', keywords: ['pplx-'], pattern: /(?<!\w)pplx-[a-z\d]{48}(?!\w)/gi },
  { vendor: 'Replicate', keywords: ['r8_'], pattern: /(?<!\w)r8_[a-z\d]{37}(?!\w)/gi },
  { vendor: 'LangSmith', keywords: ['lsv2_'], pattern: /(?<!\w)lsv2_(?:pt|sk)_[\da-f]{32}_[\da-f]{10}(?!\w)/g },
  // Linear, Notion, Postman, Figma, Airtable: "Personal access tokens" and "API keys".
  {
    vendor: 'Linear',
    keywords: ['lin_api_', 'lin_oauth_'],
    pattern: /(?<!\w)lin_(?:api|oauth)_[a-z\d]{32,64}(?!\w)/gi,
  },
  {
    vendor: 'Notion',
    keywords: ['ntn_', 'secret_'],
    pattern: /(?<!\w)(?:ntn_[a-z\d]{40,50}|secret_[a-z\d]{43})(?!\w)/gi,
    random: true,
  },
  { vendor: 'Postman', keywords: ['pmak-'], pattern: /(?<!\w)PMAK-[\da-f]{24}-[\da-f]{34}(?!\w)/g },
  { vendor: 'Figma', keywords: ['figd_'], pattern: /(?<!\w)figd_[\w-]{40,60}/g },
  { vendor: 'Airtable', keywords: ['pat'], pattern: /(?<!\w)pat[a-z\d]{14}\.[\da-f]{64}(?!\w)/gi },
  // Datadog, "API and application keys"; New Relic, "API keys"; Grafana, "Service account tokens"; Sentry, "Auth tokens".
  {
    vendor: 'Datadog',
    keywords: ['datadog', 'dd_', 'dd-'],
    pattern: /(?<![\w-])(?:[\da-f]{32}|[\da-f]{40})(?![\w-])/g,
    ...beside('datadog', 'dd_api', 'dd_app', 'dd-api', 'dd-app'),
  },
  {
    vendor: 'New Relic',
    keywords: ['nrak-', 'nrjs-', 'nrii-', 'nral'],
    pattern: /(?<![\w-])(?:NRAK-[A-Z\d]{27}|NRJS-[\da-f]{19}|NRII-[\w-]{32}|[\da-z]{36}NRAL)(?![\w-])/g,
  },
  {
    vendor: 'Grafana',
    keywords: ['glsa_', 'glc_'],
    pattern: /(?<!\w)(?:glsa_[a-z\d]{32}_[\da-f]{8}(?!\w)|glc_[a-z\d+/=]{32,400})/gi,
  },
  { vendor: 'Sentry', keywords: ['sntrys_', 'sntryu_'], pattern: /(?<!\w)sntry(?:u_[\da-f]{64}|s_[\w+/=]{60,400})/g },
  { vendor: 'Okta', keywords: ['okta', 'ssws'], pattern: /(?<![\w-])00[\w-]{40}(?![\w-])/g, ...beside('okta', 'ssws') },
]

import type { KeyRow } from './key-row.js'
import { beside } from './key-row.js'

/** What watches programs, counts their users and wakes people up. */
export const monitoringRows: readonly KeyRow[] = [
  {
    vendor: 'Datadog',
    source: 'docs.datadoghq.com: API and application keys',
    keywords: ['datadog', 'dd_', 'dd-'],
    pattern: /(?<![\w-])(?:[\da-f]{32}|[\da-f]{40})(?![\w-])/g,
    ...beside('datadog', 'dd_api', 'dd_app', 'dd-api', 'dd-app'),
  },
  {
    // The page says how they begin, not how long they are.
    vendor: 'Datadog access token',
    source: 'docs.datadoghq.com: Personal access tokens',
    keywords: ['ddpat_', 'ddsat_', 'ddapp_', 'ddap_'],
    pattern: /(?<!\w)dd(?:pat|sat|app?)_[\w-]{30,160}/g,
    random: true,
  },
  {
    vendor: 'New Relic',
    source: 'docs.newrelic.com: API keys; gitleaks: new-relic-user-api-key, -browser-api-token, -insert-key',
    keywords: ['nrak-', 'nrjs-', 'nrii-', 'nral'],
    pattern: /(?<![\w-])(?:NRAK-[A-Z\d]{27}|NRJS-[\da-f]{19}|NRII-[\w-]{32}|[\da-z]{36}NRAL)(?![\w-])/g,
  },
  {
    // Keys before service accounts are the base64 of JSON.
    vendor: 'Grafana',
    source: 'grafana.com: Service accounts; Cloud access policies; gitleaks: grafana-api-key, -cloud-api-token',
    keywords: ['glsa_', 'glc_', 'eyjrijoi'],
    pattern: /(?<!\w)(?:glsa_[a-z\d]{32}_[\da-f]{8}(?!\w)|glc_[a-z\d+/=]{32,400}|eyJrIjoi[a-z\d+/=]{60,400})/gi,
  },
  {
    vendor: 'Sentry',
    source: 'docs.sentry.io: Auth tokens; gitleaks: sentry-org-token, sentry-user-token',
    keywords: ['sntrys_', 'sntryu_'],
    pattern: /(?<!\w)sntry(?:u_[\da-f]{64}|s_[\w+/=]{60,400})/g,
  },
  {
    vendor: 'Dynatrace',
    source: 'docs.dynatrace.com: Access tokens, token format',
    keywords: ['dt0c', 'dt0s'],
    pattern: /(?<!\w)dt0[cs]\d\d\.[A-Z\d]{8,24}\.[A-Z\d]{64}(?!\w)/g,
  },
  {
    vendor: 'PagerDuty',
    source: 'support.pagerduty.com: API access keys',
    keywords: ['pagerduty', 'pd_token', 'pd_api'],
    pattern: /(?<![\w+-])(?=[\w+-]{0,19}\d)[\w+-]{20}(?![\w+-])/g,
    ...beside('pagerduty_token', 'pagerduty_api', 'pagerduty token', 'pagerduty key', 'pd_token', 'pd_api'),
  },
  {
    vendor: 'PostHog',
    source: 'posthog.com: API overview, personal API keys; betterleaks: posthog-personal-api-key',
    keywords: ['phx_'],
    pattern: /(?<!\w)phx_[\w-]{43,60}(?![\w-])/g,
  },
  {
    vendor: 'LaunchDarkly',
    source: 'launchdarkly.com: SDK credentials; API access tokens',
    keywords: ['launchdarkly', 'ld_sdk', 'ld_api'],
    pattern: /(?<![\w-])(?:sdk|api)-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])/g,
    ...beside('launchdarkly', 'ld_sdk', 'ld_api'),
  },
]

import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { awsNames } from '../../../src/identity/workloads/aws-identity.js'
import { gcpNames } from '../../../src/identity/workloads/gcp-identity.js'
import { githubActionsNames } from '../../../src/identity/workloads/github-actions-identity.js'
import { kubernetesNames } from '../../../src/identity/workloads/kubernetes-identity.js'
import { spiffeNames } from '../../../src/identity/workloads/spiffe-identity.js'
import { workloadNames } from '../../../src/identity/workloads/workload-table.js'
import { commonNames } from '../../../src/identity/workloads/workload-verifier.js'
import type { Verifier } from '../../../src/identity/verifier.js'
import { nowS, signal } from '../jwt-support.js'
import { awsRoles, clusterWorkloads, deployments, googleServiceAccounts, spireWorkloads } from './page-example.js'
import { aws, gcp, githubActions, kubernetes, spiffe } from './platforms.js'

const page = readFileSync(new URL('../../../../../docs/workloads.md', import.meta.url), 'utf8')
const example = readFileSync(new URL('page-example.ts', import.meta.url), 'utf8')

/** The names in the first column of the table of a section. */
function namedIn(section: string): ReadonlySet<string | undefined> {
  const [, text = ''] = page.split(`\n## ${section}\n`)
  return new Set([...(text.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gmu)].map(([, name]) => name))
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** Answers the keys of an issuer, wherever they are asked for. */
function serving(issuer: string, jwks: object): void {
  vi.stubGlobal('fetch', (url: string) =>
    Promise.resolve(
      new Response(
        JSON.stringify(url.endsWith('openid-configuration') ? { issuer, jwks_uri: 'https://keys.example' } : jwks),
      ),
    ),
  )
}

describe('docs/workloads.md', () => {
  it('shows the example that runs here, in parts', () => {
    const parts = example.split(/\n(?=export function )/u).map((part) => part.trim())
    expect(parts).toHaveLength(6)
    for (const part of parts) expect(page).toContain(`\`\`\`ts\n${part}\n\`\`\``)
  })

  it.each<[string, readonly string[]]>([
    ['Options', commonNames.filter((name) => name !== 'clock')],
    ['The table', [...workloadNames]],
    ['SPIFFE', spiffeNames],
    ['Kubernetes', kubernetesNames],
    ['GitHub Actions', githubActionsNames],
    ['AWS', awsNames],
    ['Google Cloud', gcpNames],
  ])('has every option of "%s", and no other', (section, names) => {
    expect(namedIn(section)).toEqual(new Set(names))
  })

  it.each<[string, () => Verifier, { readonly sign: () => string }, string]>([
    ['spiffe', () => spireWorkloads(JSON.stringify(spiffe.jwks)), spiffe.kit, 'workload'],
    ['kubernetes', () => clusterWorkloads(JSON.stringify(kubernetes.jwks)), kubernetes.kit, 'workload'],
    [
      'githubActions',
      () => {
        serving('https://token.actions.githubusercontent.com', githubActions.jwks)
        return deployments()
      },
      githubActions.kit,
      'agent',
    ],
    [
      'aws',
      () => {
        serving('https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws', aws.jwks)
        return awsRoles()
      },
      aws.kit,
      'workload',
    ],
    [
      'gcp',
      () => {
        serving('https://accounts.google.com', gcp.jwks)
        return googleServiceAccounts()
      },
      gcp.kit,
      'workload',
    ],
  ])('has an example that lets a workload in: %s', async (_name, verifier, { sign }, kind) => {
    vi.useFakeTimers({ now: nowS * 1000, toFake: ['Date'] })
    await expect(verifier().verify({ token: sign() }, signal)).resolves.toMatchObject({ kind, level: 'channel' })
  })
})

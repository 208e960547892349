import { join } from 'node:path'
import type { Authority, Certificate } from './authority.js'

/** Where etcd listens, on loopback. */
export type EtcdPorts = { readonly client: number; readonly peer: number }

/** What the API server is told. */
export type ApiServerSetup = {
  readonly folder: string
  readonly etcdPort: number
  readonly port: number
  readonly authority: Authority
  readonly server: Certificate
  readonly kubeletClient: Certificate
  readonly serviceAccountKeys: { readonly privateFile: string; readonly publicFile: string }
  readonly tokensFile: string
  readonly auditPolicyFile: string
  readonly auditLog: string
}

/** For data that is thrown away: nothing waits for the disk. */
export function etcdArguments(folder: string, { client, peer }: EtcdPorts): readonly string[] {
  const [clientUrl, peerUrl] = [loopback(client), loopback(peer)]
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${clientUrl}`,
    `--advertise-client-urls=${clientUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
    '--unsafe-no-fsync',
  ]
}

/**
 * Users come by certificate, by the tokens file or as service accounts, RBAC decides, and every request is in the audit log.
 * Nothing stands beside the API server, so pods need no service account and the kubelet's is the only address there is.
 */
export function apiServerArguments(setup: ApiServerSetup): readonly string[] {
  const { authority, server, kubeletClient, serviceAccountKeys } = setup
  const issuer = 'https://kubernetes.default.svc'
  return [
    `--etcd-servers=${loopback(setup.etcdPort)}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${String(setup.port)}`,
    `--cert-dir=${setup.folder}`,
    `--tls-cert-file=${server.certificateFile}`,
    `--tls-private-key-file=${server.keyFile}`,
    `--client-ca-file=${authority.certificateFile}`,
    `--token-auth-file=${setup.tokensFile}`,
    '--anonymous-auth=false',
    '--authorization-mode=RBAC',
    `--service-account-issuer=${issuer}`,
    `--api-audiences=${issuer}`,
    `--service-account-signing-key-file=${serviceAccountKeys.privateFile}`,
    `--service-account-key-file=${serviceAccountKeys.publicFile}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none',
    '--allow-privileged=true',
    `--audit-policy-file=${setup.auditPolicyFile}`,
    `--audit-log-path=${setup.auditLog}`,
    '--audit-log-maxsize=4000',
    `--kubelet-client-certificate=${kubeletClient.certificateFile}`,
    `--kubelet-client-key=${kubeletClient.keyFile}`,
    `--kubelet-certificate-authority=${authority.certificateFile}`,
    '--kubelet-preferred-address-types=InternalIP',
  ]
}

/** Every request, with what the server made of it and without bodies. */
export const auditPolicy = `${JSON.stringify({
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  rules: [{ level: 'Metadata' }],
})}\n`

function loopback(port: number): string {
  return `http://127.0.0.1:${String(port)}`
}

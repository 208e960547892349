import { createHash } from 'node:crypto'

/** A pod as a busy cluster has them: about 4.6 kB of JSON, a part of it fields of the server's own. Nothing in it is sensitive. */
export function podJson(index: number): string {
  const number = String(index)
  const app = `shop-${String(index % 40)}`
  const name = `${app}-${(0x5f3759df ^ (index * 7919)).toString(16).slice(-8)}-${number.padStart(5, '0')}`
  const uid = `6f1c2d3e-${number.padStart(4, '0').slice(-4)}-4a5b-8c6d-${(index + 0x1000_0000).toString(16).padStart(12, '0')}`
  const owner = `8a2b4c6d-0000-4e5f-9a1b-${String(index % 40).padStart(12, '0')}`
  const address = `10.${String((index >> 8) & 255)}.${String(index & 255)}.7`
  const labels = {
    app,
    'app.kubernetes.io/name': app,
    'app.kubernetes.io/part-of': 'shop',
    'pod-template-hash': (index * 31).toString(16),
  }
  const at = (second: number): string => `2026-11-28T07:${String(10 + (index % 50))}:${String(second)}Z`
  const container = (kind: string): object => ({
    name: kind,
    image: `registry.example.com/shop/${app}-${kind}:v1.${String(index % 9)}.0`,
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'SHOP_REGION', value: `eu-${String(index % 3)}` },
      { name: 'DATABASE_PASSWORD', valueFrom: { secretKeyRef: { name: `${app}-database`, key: 'password' } } },
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    ],
    resources: { limits: { cpu: '500m', memory: '512Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    volumeMounts: [{ name: 'data', mountPath: '/var/lib/shop' }],
    livenessProbe: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, periodSeconds: 10, timeoutSeconds: 1 },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  })
  const status = (kind: string): object => ({
    name: kind,
    state: { running: { startedAt: at(30) } },
    lastState: {},
    ready: true,
    restartCount: index % 3,
    image: `registry.example.com/shop/${app}-${kind}:v1.${String(index % 9)}.0`,
    imageID: `registry.example.com/shop/${app}-${kind}@sha256:${digest(`${app}-${kind}-${String(index % 9)}`)}`,
    containerID: `containerd://${digest(`${name}-${kind}`)}`,
    started: true,
  })
  return JSON.stringify({
    metadata: {
      name,
      generateName: `${app}-`,
      namespace: `team-${String(index % 12)}`,
      uid,
      resourceVersion: String(100_000 + index),
      creationTimestamp: at(10),
      labels,
      annotations: { 'example.com/config-revision': number, 'example.com/team': `team ${String(index % 12)}` },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: owner, controller: true, blockOwnerDeletion: true },
      ],
      managedFields: [managed(index)],
    },
    spec: {
      volumes: [{ name: 'data', emptyDir: {} }],
      containers: ['web', 'proxy'].map(container),
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: app,
      nodeName: `node-${String(index % 200)}.example.internal`,
      schedulerName: 'default-scheduler',
      tolerations: [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' }],
      priority: 0,
      enableServiceLinks: true,
    },
    status: {
      phase: 'Running',
      conditions: ['Initialized', 'Ready', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: at(20),
      })),
      hostIP: `192.168.${String(index % 200)}.4`,
      podIP: address,
      podIPs: [{ ip: address }],
      startTime: at(11),
      containerStatuses: ['web', 'proxy'].map(status),
      qosClass: 'Burstable',
    },
  })
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function managed(index: number): object {
  const condition = { '.': {}, 'f:lastProbeTime': {}, 'f:lastTransitionTime': {}, 'f:status': {}, 'f:type': {} }
  return {
    manager: 'kubelet',
    operation: 'Update',
    apiVersion: 'v1',
    time: `2026-11-28T07:${String(10 + (index % 50))}:40Z`,
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:status': {
        'f:conditions': {
          'k:{"type":"ContainersReady"}': condition,
          'k:{"type":"Initialized"}': condition,
          'k:{"type":"Ready"}': condition,
        },
        'f:containerStatuses': {},
        'f:hostIP': {},
        'f:phase': {},
        'f:podIP': {},
        'f:startTime': {},
      },
    },
  }
}

import type { Fields, Shape } from './shape.js'
import { words } from './words.js'

const list = (of: Shape): Shape => ({ list: of })
const all = (shape: Shape, ...names: readonly string[]): Fields =>
  Object.fromEntries(names.map((name) => [name, shape]))
const fields = (known: Fields): Shape => ({ fields: known })

const profile = fields(all('text', 'type', 'localhostProfile'))
const seLinuxOptions = fields(all('text', 'level', 'role', 'type', 'user'))
const windowsOptions = fields({
  ...all('text', 'gmsaCredentialSpec', 'gmsaCredentialSpecName', 'runAsUserName'),
  hostProcess: 'flag',
})

const podContextFields: Fields = {
  ...all('number', 'fsGroup', 'runAsGroup', 'runAsUser'),
  ...all('text', 'fsGroupChangePolicy', 'seLinuxChangePolicy', 'supplementalGroupsPolicy'),
  ...all(profile, 'appArmorProfile', 'seccompProfile'),
  runAsNonRoot: 'flag',
  seLinuxOptions,
  supplementalGroups: list('number'),
  sysctls: list(fields(all('text', 'name', 'value'))),
  windowsOptions,
}

const contextFields: Fields = {
  ...all('flag', 'allowPrivilegeEscalation', 'privileged', 'readOnlyRootFilesystem', 'runAsNonRoot'),
  ...all('number', 'runAsGroup', 'runAsUser'),
  ...all(profile, 'appArmorProfile', 'seccompProfile'),
  capabilities: fields(all(list('text'), 'add', 'drop')),
  procMount: 'text',
  seLinuxOptions,
  windowsOptions,
}

const httpGet = fields({ ...all('any', 'httpHeaders', 'path', 'port', 'scheme'), host: 'text' })
const tcpSocket = fields({ port: 'any', host: 'text' })
const handler: Fields = { ...all('any', 'exec', 'sleep', 'grpc'), httpGet, tcpSocket }
const probe = fields({
  ...handler,
  ...all('any', 'failureThreshold', 'initialDelaySeconds', 'periodSeconds', 'successThreshold', 'timeoutSeconds'),
  terminationGracePeriodSeconds: 'any',
})

const env = list(
  fields({
    ...all('text', 'name', 'value'),
    valueFrom: fields(all('any', 'configMapKeyRef', 'fieldRef', 'fileKeyRef', 'resourceFieldRef', 'secretKeyRef')),
  }),
)
const envFrom = list(fields({ ...all('any', 'configMapRef', 'secretRef'), prefix: 'text' }))
const volumeMounts = list(
  fields({
    ...all('text', 'mountPath', 'mountPropagation', 'name', 'recursiveReadOnly', 'subPath', 'subPathExpr'),
    readOnly: 'flag',
  }),
)

const containerFields: Fields = {
  ...all('any', 'args', 'command', 'resizePolicy', 'resources', 'restartPolicyRules', 'volumeDevices'),
  ...all('text', 'image', 'imagePullPolicy', 'name', 'restartPolicy', 'workingDir', 'targetContainerName'),
  ...all('text', 'terminationMessagePath', 'terminationMessagePolicy'),
  ...all('flag', 'stdin', 'stdinOnce', 'tty'),
  ...all(probe, 'livenessProbe', 'readinessProbe', 'startupProbe'),
  env,
  envFrom,
  lifecycle: fields({ ...all(fields(handler), 'postStart', 'preStop'), stopSignal: 'text' }),
  ports: list(fields({ ...all('any', 'containerPort', 'hostIP', 'name', 'protocol'), hostPort: 'number' })),
  securityContext: fields(contextFields),
  volumeMounts,
}

/** Sources of volumes in which nothing is looked for but that they are there. */
const plainSources = words(`
  awsElasticBlockStore azureDisk azureFile cephfs cinder configMap csi downwardAPI emptyDir ephemeral fc
  flexVolume flocker gcePersistentDisk gitRepo glusterfs hostPath image iscsi nfs persistentVolumeClaim
  photonPersistentDisk portworxVolume quobyte rbd scaleIO secret storageos vsphereVolume
`)
const volume = fields({
  ...all('any', ...plainSources),
  name: 'text',
  projected: fields({
    defaultMode: 'any',
    sources: list(
      fields(
        all('any', 'clusterTrustBundle', 'configMap', 'downwardAPI', 'podCertificate', 'secret', 'serviceAccountToken'),
      ),
    ),
  }),
})

const podFields: Fields = {
  ...all('any', 'activeDeadlineSeconds', 'affinity', 'dnsConfig', 'hostAliases', 'imagePullSecrets', 'overhead'),
  ...all('any', 'readinessGates', 'resourceClaims', 'resources', 'schedulingGates', 'terminationGracePeriodSeconds'),
  ...all('any', 'topologySpreadConstraints', 'nodeSelector'),
  ...all(
    'flag',
    'automountServiceAccountToken',
    'enableServiceLinks',
    'hostIPC',
    'hostNetwork',
    'hostPID',
    'hostUsers',
  ),
  ...all('flag', 'setHostnameAsFQDN', 'shareProcessNamespace'),
  ...all('text', 'dnsPolicy', 'hostname', 'hostnameOverride', 'nodeName', 'preemptionPolicy', 'priorityClassName'),
  ...all(
    'text',
    'restartPolicy',
    'runtimeClassName',
    'schedulerName',
    'serviceAccount',
    'serviceAccountName',
    'subdomain',
  ),
  ...all(list(fields(containerFields)), 'containers', 'initContainers', 'ephemeralContainers'),
  os: fields({ name: 'text' }),
  priority: 'number',
  securityContext: fields(podContextFields),
  tolerations: list(fields({ ...all('text', 'effect', 'key', 'operator', 'value'), tolerationSeconds: 'any' })),
  volumes: list(volume),
}

/** A pod spec, with every field of the API as of 1.34. */
export const podShape = fields(podFields)
/** What carries a container by itself may be read as a pod too. */
export const looseShape = fields({
  ...podFields,
  ...containerFields,
  securityContext: fields({ ...podContextFields, ...contextFields }),
})
/** A security context of which nobody knows whether it is that of a pod or of a container. */
export const contextShape = fields({ ...podContextFields, ...contextFields })
export const volumeShape = volume

import { apiVersionOf, type Resource } from '../catalogue/resource.js'
import { arrayOf, type JsonObject, objectOf, textOf } from '../json.js'
import { partial } from './partial.js'

/** What a row has of its object. */
export type Included = 'Metadata' | 'Object' | 'None'

/** One column: its name, its type, and whether it is shown only when more is asked for. */
interface Column {
  readonly name: string
  readonly type?: 'date' | 'integer' | 'string'
  readonly wide?: true
  readonly cell: (object: JsonObject) => unknown
}

/** The table that a printer of an API server makes of an object or a list. */
export function tableOf(
  resource: Resource,
  body: JsonObject,
  { included, version }: { readonly included: Included; readonly version: string },
): JsonObject {
  const columns = [nameColumn, ...(byResource[resource.plural] ?? [createdColumn])]
  const items = Array.isArray(body['items']) ? body['items'].map(objectOf) : undefined
  const { remainingItemCount, resourceVersion, ...metadata } = objectOf(body['metadata'])
  const kept = items === undefined ? { resourceVersion } : { resourceVersion, ...metadata, remainingItemCount }
  const own = { kind: resource.kind, apiVersion: apiVersionOf(resource) }
  const rows = (items ?? [body]).map((object) => ({
    cells: columns.map(({ cell }) => cell(object)),
    object: included === 'None' ? null : included === 'Object' ? { ...own, ...object } : partial(object, version),
  }))
  const shown = rows.length === 0 && !(resource.plural in byResource) ? null : rows
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: kept,
    columnDefinitions: columns.map(described),
    rows: shown,
  }
}

function described({ name, type = 'string', wide }: Column): object {
  const format = name === 'Name' ? 'name' : ''
  return { name, type, format, description: name, priority: wide === true ? 1 : 0 }
}

const nameColumn: Column = { name: 'Name', cell: (object) => textOf(objectOf(object['metadata'])['name']) }
const ageColumn: Column = {
  name: 'Age',
  cell: (object) => age(textOf(objectOf(object['metadata'])['creationTimestamp'])),
}
const createdColumn: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object) => textOf(objectOf(object['metadata'])['creationTimestamp']),
}
const none = (name: string): Column => ({ name, wide: true, cell: () => '<none>' })
const sizeColumn: Column = {
  name: 'Data',
  cell: (object) => Object.keys(objectOf(object['data'])).length,
}

const bindingColumns: readonly Column[] = [
  {
    name: 'Role',
    cell: (object) => {
      const { kind, name } = objectOf(object['roleRef'])
      return `${textOf(kind)}/${textOf(name)}`
    },
  },
  ageColumn,
  { name: 'Users', wide: true, cell: (object) => subjectsOf(object, 'User') },
  { name: 'Groups', wide: true, cell: (object) => subjectsOf(object, 'Group') },
  { name: 'ServiceAccounts', wide: true, cell: (object) => subjectsOf(object, 'ServiceAccount') },
]

const byResource: Readonly<Record<string, readonly Column[]>> = {
  clusterrolebindings: bindingColumns,
  configmaps: [sizeColumn, ageColumn],
  deployments: [
    {
      name: 'Ready',
      cell: (object) => `${String(count(object, 'readyReplicas'))}/${String(objectOf(object['spec'])['replicas'])}`,
    },
    { name: 'Up-to-date', cell: (object) => count(object, 'updatedReplicas') },
    { name: 'Available', cell: (object) => count(object, 'availableReplicas') },
    ageColumn,
    {
      name: 'Containers',
      wide: true,
      cell: (object) =>
        containersOf(object)
          .map(({ name }) => name)
          .join(','),
    },
    {
      name: 'Images',
      wide: true,
      cell: (object) =>
        containersOf(object)
          .map(({ image }) => image)
          .join(','),
    },
    { name: 'Selector', wide: true, cell: selectorOf },
  ],
  namespaces: [{ name: 'Status', cell: phase }, ageColumn],
  pods: [
    { name: 'Ready', cell: (object) => `${String(statuses(object, 'ready'))}/${String(podContainers(object).length)}` },
    { name: 'Status', cell: phase },
    { name: 'Restarts', type: 'integer', cell: () => 0 },
    ageColumn,
    none('IP'),
    { name: 'Node', wide: true, cell: (object) => textOf(objectOf(object['spec'])['nodeName']) || '<none>' },
    none('Nominated Node'),
    none('Readiness Gates'),
  ],
  serviceaccounts: [{ name: 'Secrets', cell: (object) => arrayOf(object['secrets']).length }, ageColumn],
  rolebindings: bindingColumns,
  secrets: [{ name: 'Type', cell: (object) => textOf(object['type']) }, sizeColumn, ageColumn],
}

function subjectsOf(object: JsonObject, kind: string): string {
  return arrayOf(object['subjects'])
    .map(objectOf)
    .filter((subject) => subject['kind'] === kind)
    .map(({ name, namespace }) => (namespace === undefined ? textOf(name) : `${textOf(namespace)}/${textOf(name)}`))
    .join(', ')
}

function phase(object: JsonObject): string {
  return textOf(objectOf(object['status'])['phase'])
}

function count(object: JsonObject, field: string): number {
  return Number(objectOf(object['status'])[field] ?? 0)
}

function podContainers(object: JsonObject): readonly unknown[] {
  return arrayOf(objectOf(object['spec'])['containers'])
}

function statuses(object: JsonObject, field: string): number {
  const all = arrayOf(objectOf(object['status'])['containerStatuses'])
  return all.filter((each) => objectOf(each)[field] === true).length
}

function containersOf(object: JsonObject): readonly { readonly name: string; readonly image: string }[] {
  const template = objectOf(objectOf(object['spec'])['template'])
  return podContainers(template)
    .map(objectOf)
    .map(({ image, name }) => ({ name: textOf(name), image: textOf(image) }))
}

function selectorOf(object: JsonObject): string {
  const labels = objectOf(objectOf(objectOf(object['spec'])['selector'])['matchLabels'])
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
}

function age(since: string): string {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 1000))
  return seconds < 120 ? `${String(seconds)}s` : `${String(Math.floor(seconds / 60))}m`
}

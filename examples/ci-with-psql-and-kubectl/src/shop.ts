import type { LocalPostgres } from '@bothkeys/local-postgres'
import type { TinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import pg from 'pg'

/** What the job is not to see. */
export const hidden = { email: 'jane.doe@example.com', password: 'correct-horse-battery' }

const doorPassword = 'known to the door alone'
const schema = `
create table customers (id int primary key, name text not null, email text not null);
insert into customers values (1, 'Jane', '${hidden.email}');
create role migrator login password '${doorPassword}';
alter table customers owner to migrator;
`

/** Makes the database of the shop. Resolves to what its door logs in with. */
export async function seedDatabase(server: LocalPostgres): Promise<string> {
  await asOwner(server, schema)
  const door = new URL(server.superuserUrl)
  door.username = 'migrator'
  door.password = encodeURIComponent(doorPassword)
  return door.href
}

/** Makes the cluster of the shop. Resolves to what its door logs in with. */
export async function seedCluster(server: TinyKubernetes): Promise<KubeConfig> {
  const operator = new KubeConfig()
  operator.loadFromClusterAndUser(
    { name: 'shop', server: server.url, caData: Buffer.from(server.ca).toString('base64'), skipTLSVerify: false },
    { name: 'operator', token: server.adminToken },
  )
  const namespace = 'shop'
  const core = operator.makeApiClient(CoreV1Api)
  const labels = { app: 'web' }
  const template = {
    metadata: { labels },
    spec: { containers: [{ name: 'web', image: 'registry.example.com/web:1.4.0' }] },
  }
  await core.createNamespace({ body: { metadata: { name: namespace } } })
  await core.createNamespacedSecret({
    namespace,
    body: { metadata: { name: 'database' }, stringData: { password: hidden.password } },
  })
  await operator.makeApiClient(AppsV1Api).createNamespacedDeployment({
    namespace,
    body: { metadata: { name: 'web' }, spec: { replicas: 1, selector: { matchLabels: labels }, template } },
  })
  return operator
}

/** The columns of the table as the owner of the database sees it, past the door. */
export async function columnsOf(server: LocalPostgres): Promise<string> {
  const [row] = await asOwner(
    server,
    `select string_agg(attname, ',' order by attnum) as columns
       from pg_attribute where attrelid = 'customers'::regclass and attnum > 0 and not attisdropped`,
  )
  return row?.columns ?? ''
}

/** The image of the deployment as the operator of the cluster sees it, past the door. */
export async function imageOf(operator: KubeConfig): Promise<string | undefined> {
  const web = await operator.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace: 'shop', name: 'web' })
  return web.spec?.template.spec?.containers[0]?.image
}

async function asOwner(server: LocalPostgres, sql: string): Promise<readonly { readonly columns?: string }[]> {
  const owner = new pg.Client({ connectionString: server.superuserUrl })
  await owner.connect()
  const { rows } = await owner.query<{ readonly columns?: string }>(sql)
  await owner.end()
  return rows
}

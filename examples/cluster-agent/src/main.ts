import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource, verifyJournal } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { kubernetes } from '@bothkeys/k8s'
import { ApiException, AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { agentCredential, hands, identity } from './people.js'
import { SecondKey } from './second-key.js'
import { imageOf, password, type Shop, startShop } from './shop.js'

const story = new Story()
console.log('starting an API server of its own with a small shop in it …')
const shop = await startShop()
const audit = await mkdtemp(join(tmpdir(), 'bothkeys-cluster-agent-'))
try {
  await tell()
} finally {
  await shop.server.stop()
  await rm(audit, { recursive: true, force: true })
}
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell(): Promise<void> {
  const key = new SecondKey(await hands())
  const target = kubernetes('cluster', shop.operator)
  const guard = await createGuard({
    policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
    directory: fileDirectory(fileURLToPath(new URL('../people.yaml', import.meta.url))),
    identity,
    targets: [target],
    approvers: [key],
    journal: fileJournal(audit),
  })
  const session = await guard.openSession(agentCredential)
  const config = target.config(session)
  const core = config.makeApiClient(CoreV1Api)
  const namespace = 'shop'

  story.chapter('1. The agent looks around with an unmodified client-node, and sees no password:')
  const { items: pods } = await core.listNamespacedPod({ namespace })
  const { items: secrets } = await core.listNamespacedSecret({ namespace })
  story.line(JSON.stringify(pods[0]?.spec?.containers[0]?.env))
  story.line(JSON.stringify(secrets[0]?.data))
  const seen = JSON.stringify([pods, secrets])
  const encoded = Buffer.from(password).toString('base64')
  story.claim('a pod and a secret came back', pods.length === 1 && secrets.length === 1)
  story.claim('the password is in neither', !seen.includes(password) && !seen.includes(encoded))
  story.claim('what is no secret is there', seen.includes('production'))

  story.chapter('2. It may delete what is in the namespace, and asks to delete a pod called "..":')
  await refused('the namespace, which that path leads to', core.deleteNamespacedPod({ namespace, name: '..' }))
  story.claim('the server was never asked to delete anything', !shop.server.audit.some(({ verb }) => verb === 'delete'))

  story.chapter('3. It wants another image on the deployment, which a second person has to allow:')
  const apps = config.makeApiClient(AppsV1Api)
  const image = 'registry.example.com/web:1.4.1'
  const body = { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } }
  const strategic = setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch)
  key.hands = ['the agent itself', 'ada, who owns it']
  await refused('the patch', apps.patchNamespacedDeployment({ namespace, name: 'web', body }, strategic))
  story.claim('the old image is still there', (await imageOf(shop)) === 'registry.example.com/web:1.4.0')
  key.hands = ['grace']
  await apps.patchNamespacedDeployment({ namespace, name: 'web', body }, strategic)
  story.table(
    ['who tried', 'turned', 'why'],
    key.turns.map(({ who, turned, why }) => [who, turned ? 'yes' : 'no', why]),
  )
  story.claim(
    'grace turned the key, and nobody else did',
    key.turns.flatMap(({ turned, who }) => (turned ? [who] : [])).join() === 'grace',
  )
  story.claim('she was shown what is sent', key.shown.at(-1)?.includes(image) === true)
  story.claim('the new image is there', (await imageOf(shop)) === image)

  await session.close()
  await guard.close()
  story.chapter('4. The record of the door and the audit log of the cluster tell the same:')
  // What the door looks at and tries on its own account arrives, too.
  const sent = sentBy(shop, session.id).filter(
    ({ requestURI, verb }) => verb !== 'get' && !requestURI.includes('dryRun='),
  )
  story.table(
    ['verb', 'what', 'answer'],
    sent.map(({ verb, requestURI, responseStatus }) => [verb, requestURI, String(responseStatus.code)]),
  )
  story.claim('two lists and one patch arrived', sent.map(({ verb }) => verb).join() === 'list,list,patch')
  story.claim('the record verifies', (await verifyJournal(audit)).verdict === 'intact')
}

/** What the cluster's own audit log has of a session: its name is in the user agent. */
function sentBy({ server }: Shop, session: string): Shop['server']['audit'] {
  return server.audit.filter(({ userAgent }) => userAgent === `bothkeys/on-call-agent/${session.slice(0, 8)}`)
}

async function refused(what: string, call: Promise<unknown>): Promise<void> {
  try {
    await call
    story.claim(`refused: ${what}`, false)
  } catch (error) {
    story.claim(`refused: ${what}`, error instanceof ApiException && error.code === 403)
    if (error instanceof ApiException) story.line(`       ${messageOf(error)}`)
  }
}

function messageOf(error: ApiException<unknown>): string {
  const { message } = JSON.parse(String(error.body)) as { readonly message: string } // a Status
  return message
}

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource, verifyJournal } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { kubernetes } from '@bothkeys/k8s'
import { startPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import { startTinyKubernetes } from '@bothkeys/tiny-kubernetes'
import { grace, identity, jobCredential } from './people.js'
import { assertInstalled, type Ran, step } from './pipeline.js'
import { columnsOf, hidden, imageOf, seedCluster, seedDatabase } from './shop.js'

const story = new Story()
await assertInstalled('psql', 'kubectl')
console.log('starting a PostgreSQL and an API server of its own with a small shop in them …')
const server = await startPostgres()
const api = await startTinyKubernetes()
const folder = await mkdtemp(join(tmpdir(), 'bothkeys-ci-'))
try {
  await tell()
} finally {
  await api.stop()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell(): Promise<void> {
  const shown: string[] = []
  const operator = await seedCluster(api)
  const db = postgres('db', { connectionString: await seedDatabase(server) })
  const cluster = kubernetes('cluster', operator, { namespace: 'shop' })
  const guard = await createGuard({
    policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
    directory: fileDirectory(fileURLToPath(new URL('../people.yaml', import.meta.url))),
    identity,
    targets: [db, cluster],
    approvers: [await grace(shown)],
    journal: fileJournal(join(folder, 'audit')),
  })
  const session = await guard.openSession(jobCredential)
  const home = { HOME: folder }

  // What the job gets instead of credentials: a password file and a kubeconfig that end with the session.
  const dbDoor = await db.listen(session)
  const withDatabase = { ...home, DATABASE_URL: dbDoor.url, PGPASSFILE: dbDoor.passfile }
  story.chapter('1. psql reads, and sees no e-mail:')
  const report = told(await step('report', withDatabase))
  story.claim('it is no error', report.code === 0)
  story.claim(
    'the name is there, the e-mail is not',
    report.stdout.includes('Jane') && !report.stdout.includes(hidden.email),
  )

  story.chapter('2. A migration waits for a second person:')
  const migrated = told(await step('migrate', withDatabase))
  story.claim('grace was shown the statement', shown.at(-1)?.includes('add column phone text') === true)
  story.claim('the step went well', migrated.code === 0 && shown.length === 1)
  story.claim('the column is there', (await columnsOf(server)) === 'id,name,email,phone')

  story.chapter('3. A DROP fails the job, and says why:')
  const dropped = told(await step('clean-up', withDatabase))
  story.claim(`the exit code is ${String(dropped.code)}`, dropped.code !== 0 && dropped.code !== null)
  story.claim('the rule is on its standard error', dropped.stderr.includes('no-drop'))
  story.claim(
    'nobody was asked, and the table is there',
    shown.length === 1 && (await columnsOf(server)) === 'id,name,email,phone',
  )

  const clusterDoor = await cluster.listen(session)
  const withCluster = { ...home, KUBECONFIG: clusterDoor.kubeconfig }
  story.chapter('4. kubectl shows a Secret without what is in it:')
  const secret = told(await step('show-secret', withCluster))
  story.claim('it is there', secret.code === 0 && secret.stdout.includes('name: database'))
  const encoded = Buffer.from(hidden.password).toString('base64')
  story.claim('the password is not in it', ![hidden.password, encoded].some((each) => secret.stdout.includes(each)))

  story.chapter('5. kubectl apply waits for a second person, who sees what would change:')
  const deployed = told(await step('deploy', withCluster))
  const change = changeIn(shown.at(-1))
  story.line(`grace sees: ${change}`)
  story.claim('she was shown both images', change.includes('web:1.4.0') && change.includes('web:1.4.1'))
  story.claim('the step went well', deployed.code === 0 && shown.length === 2)
  story.claim('the new image is there', (await imageOf(operator)) === 'registry.example.com/web:1.4.1')

  story.chapter('6. What no role allows fails the job, too:')
  const torn = told(await step('tear-down', withCluster))
  story.claim(`the exit code is ${String(torn.code)}`, torn.code !== 0 && torn.code !== null)
  story.claim('nothing was deleted', (await imageOf(operator)) !== undefined)

  await session.close()
  story.chapter('7. When the session ends, so do the doors:')
  story.claim('psql gets in no more', (await step('report', withDatabase)).code !== 0)
  story.claim('nor does kubectl', (await step('show-secret', withCluster)).code !== 0)
  await guard.close()
  story.claim('the record verifies', (await verifyJournal(join(folder, 'audit'))).verdict === 'intact')
}

/** What the trial of the API server, which stored nothing, says of the image, with the lines of the view put together. */
function changeIn(view = ''): string {
  return /^ +~ (.*image.*)$/m.exec(view.replaceAll(/\n *\|> /g, ''))?.[1] ?? 'nothing'
}

/** Prints what a step said. */
function told(ran: Ran): Ran {
  const lines = `${ran.stdout}${ran.stderr}`.split('\n').filter((line) => line !== '')
  for (const line of lines) story.line(line)
  return ran
}

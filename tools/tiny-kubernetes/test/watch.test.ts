import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, it } from 'vitest'
import { type Tiny, tiny } from './support/tiny.js'

const maps = '/api/v1/namespaces/n/configmaps'
let on: Tiny
beforeAll(async () => {
  on = await tiny()
})

interface Event {
  readonly type: string
  readonly object: {
    readonly metadata: { readonly name: string; readonly resourceVersion: string }
    readonly code?: number
  }
}

const eventsIn = (lines: string): readonly Event[] =>
  lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Event)

async function make(name: string, labels: object = {}): Promise<string> {
  const { text: made } = await on.ask({ method: 'POST', path: maps, body: { metadata: { name, labels } } })
  return (JSON.parse(made) as Event['object']).metadata.resourceVersion
}

it('tells what is added to a selection, changed in it, and leaves it', async () => {
  const watching = await on.begin(`${maps}?watch=1&labelSelector=in%3Dyes`)
  const change = (labels: object): Promise<unknown> =>
    on.ask({ method: 'PUT', path: `${maps}/moves`, body: { metadata: { name: 'moves', labels } } })
  await make('moves')
  await change({ in: 'yes' })
  await change({ in: 'yes', more: 'yes' })
  await change({ in: 'no' })
  await change({ in: 'yes' })
  await on.ask({ method: 'DELETE', path: `${maps}/moves` })
  await make('last', { in: 'yes' })
  const told: string[] = []
  for await (const line of createInterface({ input: watching })) {
    told.push(...eventsIn(line).map(({ object, type }) => `${type} ${object.metadata.name}`))
    if (told.at(-1) === 'ADDED last') break
  }
  watching.destroy()
  expect(told).toEqual(['ADDED moves', 'MODIFIED moves', 'DELETED moves', 'ADDED moves', 'DELETED moves', 'ADDED last'])
})

it('goes on from a revision, and says at its end how far it came', async () => {
  const revision = await make('before')
  await make('after')
  const path = `${maps}?watch=1&resourceVersion=${revision}&timeoutSeconds=1&allowWatchBookmarks=true`
  const events = eventsIn(await text(await on.begin(path)))
  expect(events.map(({ object, type }) => `${type} ${object.metadata.name}`)).toEqual([
    'ADDED after',
    'BOOKMARK undefined',
  ])
  expect(Number(events.at(-1)?.object.metadata.resourceVersion)).toBeGreaterThan(Number(revision))
})

it('says 410 of what it has forgotten, in a watch and in a list', async () => {
  const revision = await make('old')
  const page = await on.ask({ method: 'GET', path: `${maps}?limit=1` })
  const { metadata } = JSON.parse(page.text) as { readonly metadata: { readonly continue: string } }
  await make('new')
  on.server.forgetHistory()
  const events = eventsIn(await text(await on.begin(`${maps}?watch=1&timeoutSeconds=1&resourceVersion=${revision}`)))
  expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410 } }])
  const rest = await on.ask({
    method: 'GET',
    path: `${maps}?limit=1&continue=${encodeURIComponent(metadata.continue)}`,
  })
  expect([rest.code, rest.text]).toEqual([410, expect.stringContaining('Expired')])
  const exact = `${maps}?resourceVersion=${revision}&resourceVersionMatch=Exact`
  expect((await on.ask({ method: 'GET', path: exact })).code).toBe(410)
})

it('shows a list as it was when its first page was read', async () => {
  await make('page-1', { paged: 'yes' })
  await make('page-2', { paged: 'yes' })
  const first = await on.ask({ method: 'GET', path: `${maps}?limit=1&labelSelector=paged` })
  const { metadata } = JSON.parse(first.text) as { readonly metadata: { readonly continue: string } }
  await on.ask({ method: 'DELETE', path: `${maps}/page-2` })
  await make('page-3', { paged: 'yes' })
  const token = encodeURIComponent(metadata.continue)
  const rest = await on.ask({ method: 'GET', path: `${maps}?labelSelector=paged&continue=${token}` })
  const { items } = JSON.parse(rest.text) as { readonly items: readonly Event['object'][] }
  expect(items.map((item) => item.metadata.name)).toEqual(['page-2'])
})

it('tells a watch of tables its columns once', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const path = '/api/v1/namespaces?watch=1&timeoutSeconds=1'
  const { text: lines } = await on.ask({ method: 'GET', path, headers: { accept } })
  const columns = eventsIn(lines).map(
    ({ object }) => (object as unknown as { columnDefinitions: unknown }).columnDefinitions,
  )
  expect(columns[0]).toHaveLength(3)
  expect(new Set(columns.slice(1))).toEqual(new Set([null]))
})

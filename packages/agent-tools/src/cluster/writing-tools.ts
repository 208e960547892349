import { z } from 'zod'
import { BothKeysError } from '@bothkeys/core/adapter'
import { type AgentTool, ToolFailure } from '../agent-tool.js'
import { beginning } from './capped.js'
import type { OpenCall } from './cluster-calls.js'
import type { On } from './on-cluster.js'
import { apiVersion, kind, name, namespace } from './inputs.js'
import { memberOf } from './json.js'
import { pathOf } from './kinds.js'
import { objectDiff } from './object-diff.js'

const decided =
  'It is checked by a policy first. It may wait for people, which may take minutes, or be refused, and the answer says why.'

/** Who the fields belong to that an agent applies. */
const fieldManager = 'bothkeys-agent'

const applySchema = z.strictObject({
  manifest: z
    .looseObject({
      apiVersion,
      kind,
      metadata: z.looseObject({ name, namespace }),
    })
    .describe('the whole object as you want it, with the fields that you care about alone'),
  dryRun: z.boolean().optional().describe('true: answers what would change, and changes nothing'),
  force: z
    .boolean()
    .optional()
    .describe('true: takes over fields that others manage. Only after a conflict, and if you mean it'),
})

export function applyTool(tool: string, on: On): AgentTool<z.infer<typeof applySchema>> {
  return {
    name: tool,
    session: on.session,
    target: on.target,
    schema: applySchema,
    description: [
      `Creates or changes one object of the Kubernetes cluster "${on.target.name}" by server-side apply, and answers what is different, field by field.`,
      'Have it answer a dry run first.',
      decided,
      `At most ${String(on.bytes)} bytes of the difference are shown.`,
    ].join(' '),
    run: ({ dryRun = false, force = false, manifest }, context) =>
      on.calls.run(context, async (call) => {
        const { apiVersion: version, kind: named, metadata } = manifest
        const path = await pathOf(call, on.kinds, { apiVersion: version, kind: named, ...metadata })
        const before = await objectBefore(call, path)
        const after = await call.json({
          method: 'PATCH',
          path,
          query: {
            fieldManager,
            fieldValidation: 'Strict',
            force: force ? 'true' : undefined,
            dryRun: dryRun ? 'All' : undefined,
          },
          body: { type: 'application/apply-patch+yaml', text: JSON.stringify(manifest) },
        })
        return applied({ before, after, dryRun, bytes: on.bytes, object: `${named} ${metadata.name}` })
      }),
  }
}

/** The object as it is; `none` where there is none, `unseen` where whoever asks may not see it. */
async function objectBefore(call: OpenCall, path: string): Promise<unknown> {
  try {
    return await call.json({ method: 'GET', path })
  } catch (error) {
    if (error instanceof ToolFailure && error.message.startsWith('the API server answered 404')) return 'none'
    if (error instanceof ToolFailure && error.message.startsWith('the API server answered 403')) return 'unseen'
    if (error instanceof BothKeysError && error.code === 'ERR_DENIED') return 'unseen'
    throw error
  }
}

interface Applied {
  readonly before: unknown
  readonly after: unknown
  readonly dryRun: boolean
  readonly bytes: number
  readonly object: string
}

function applied({ after, before, bytes, dryRun, object }: Applied): string {
  const done = dryRun ? 'would be' : 'was'
  const head = before === 'none' ? `${object} ${done} created` : `${object} ${done} changed`
  const said = dryRun ? `DRY RUN, nothing was changed: ${head}` : head
  if (before === 'unseen') return `${said}. You may not read what it was before.`
  const lines = objectDiff(before === 'none' ? {} : before, after)
  if (lines.length === 0) return `${object}: nothing ${dryRun ? 'would change' : 'changed'}`
  const { isCut, text } = beginning(lines.join('\n'), bytes)
  const cut = isCut ? ` TRUNCATED: the first ${String(bytes)} bytes of ${String(lines.length)} differences` : ''
  return `${said}:${cut}\n${text}`
}

const scaleSchema = z.strictObject({
  apiVersion,
  kind: kind.describe('for example Deployment, StatefulSet, ReplicaSet'),
  name,
  namespace,
  replicas: z.int().min(0).max(10_000),
})

export function scaleTool(tool: string, on: On): AgentTool<z.infer<typeof scaleSchema>> {
  return {
    name: tool,
    session: on.session,
    target: on.target,
    schema: scaleSchema,
    description: `Sets how many pods a workload of the Kubernetes cluster "${on.target.name}" has. ${decided}`,
    run: ({ replicas, ...place }, context) =>
      on.calls.run(context, async (call) => {
        const scale = await call.json({
          method: 'PATCH',
          path: await pathOf(call, on.kinds, { ...place, subresource: 'scale' }),
          query: { fieldManager },
          body: { type: 'application/merge-patch+json', text: JSON.stringify({ spec: { replicas } }) },
        })
        const wanted = memberOf(memberOf(scale, 'spec'), 'replicas') ?? 0
        const now = memberOf(memberOf(scale, 'status'), 'replicas') ?? 0
        return `${place.kind} ${place.name}: ${JSON.stringify(wanted)} replicas are wanted, ${JSON.stringify(now)} are there now`
      }),
  }
}

const deleteSchema = z.strictObject({ apiVersion, kind, name, namespace })

export function deleteTool(tool: string, on: On): AgentTool<z.infer<typeof deleteSchema>> {
  return {
    name: tool,
    session: on.session,
    target: on.target,
    schema: deleteSchema,
    description: `Deletes one object of the Kubernetes cluster "${on.target.name}", and what belongs to it. ${decided}`,
    run: (place, context) =>
      on.calls.run(context, async (call) => {
        await call.json({
          method: 'DELETE',
          path: await pathOf(call, on.kinds, place),
          query: { propagationPolicy: 'Background' },
        })
        return `${place.kind} ${place.name} was deleted`
      }),
  }
}

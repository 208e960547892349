import { z } from 'zod'
import type { AgentTool } from '../agent-tool.js'
import { beginning } from './capped.js'
import type { On } from './on-cluster.js'
import { apiVersion, fields, kind, name, namespace } from './inputs.js'
import { memberOf, textAt } from './json.js'
import { pathOf } from './kinds.js'
import { lineOf, tableLines, type TableLines } from './object-table.js'
import { picked, shownObject } from './shown-object.js'

const masked = 'Values that you may not see are masked; do not try to work around that.'

const getSchema = z.strictObject({ apiVersion, kind, name, namespace, fields })

export function getTool(tool: string, on: On): AgentTool<z.infer<typeof getSchema>> {
  return {
    name: tool,
    session: on.session,
    target: on.target,
    schema: getSchema,
    description: [
      `Answers one object of the Kubernetes cluster "${on.target.name}" as JSON, or the fields of it that you name.`,
      masked,
      `At most ${String(on.bytes)} bytes are shown: name fields where an object is larger.`,
    ].join(' '),
    run: ({ fields: paths, ...place }, context) =>
      on.calls.run(context, async (call) => {
        const object = shownObject(await call.json({ method: 'GET', path: await pathOf(call, on.kinds, place) }))
        const { isCut, text } = beginning(
          JSON.stringify(paths === undefined ? object : picked(object, paths)),
          on.bytes,
        )
        if (!isCut) return text
        return `TRUNCATED: the object has more than ${String(on.bytes)} bytes, of which these are the first. Name the fields that you need.\n${text}`
      }),
  }
}

const listSchema = z.strictObject({
  apiVersion,
  kind,
  namespace,
  allNamespaces: z.boolean().optional().describe('of all namespaces, which needs the right to read them all'),
  labelSelector: z.string().max(2_000).optional().describe('for example app=web,tier!=cache'),
  fieldSelector: z.string().max(2_000).optional().describe('for example status.phase=Running'),
  fields,
  limit: z.int().min(1).max(500).optional().describe('how many at most'),
  continue: z.string().max(8_192).optional().describe('what an earlier answer gave, to go on behind it'),
})

const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'

/** What was read of a list. */
interface Page {
  readonly lines: TableLines
  readonly next: string | undefined
  readonly more: number | undefined
}

export function listTool(tool: string, on: On): AgentTool<z.infer<typeof listSchema>> {
  return {
    name: tool,
    session: on.session,
    target: on.target,
    schema: listSchema,
    description: [
      `Answers the objects of one kind in the Kubernetes cluster "${on.target.name}", a line for each with the columns of kubectl get, or with the fields that you name.`,
      masked,
      `At most ${String(on.items)} objects or ${String(on.bytes)} bytes are shown at once: use selectors, or go on with "continue".`,
    ].join(' '),
    run: (input, context) =>
      on.calls.run(context, async (call) => {
        const limit = Math.min(input.limit ?? on.items, on.items)
        const { apiVersion: version, allNamespaces, fields: paths, kind: named, namespace: within } = input
        const place = { apiVersion: version, kind: named, namespace: within, allNamespaces }
        const list = await call.json({
          method: 'GET',
          path: await pathOf(call, on.kinds, place),
          ...(paths === undefined && { accept: asTable }),
          query: {
            limit: String(limit),
            continue: input.continue,
            labelSelector: input.labelSelector,
            fieldSelector: input.fieldSelector,
            ...(paths === undefined && { includeObject: allNamespaces === true ? 'Metadata' : 'None' }),
          },
        })
        const columns = paths ?? ['metadata.name', 'metadata.creationTimestamp']
        const table = paths === undefined ? tableLines(list, allNamespaces === true) : undefined
        const metadata = memberOf(list, 'metadata')
        const more = memberOf(metadata, 'remainingItemCount')
        const page = {
          lines: table ?? fieldLines(list, columns),
          next: textAt(metadata, 'continue') || undefined,
          more: typeof more === 'number' ? more : undefined,
        }
        return written(page, limit, on.bytes)
      }),
  }
}

function fieldLines(list: unknown, paths: readonly string[]): TableLines {
  const items = memberOf(list, 'items')
  const all = ['metadata.namespace', 'metadata.name', ...paths.filter((path) => path !== 'metadata.name')]
  return {
    columns: all,
    rows: (Array.isArray(items) ? (items as readonly unknown[]) : []).map((item) =>
      lineOf(Object.values(picked(shownObject(item), all))),
    ),
  }
}

/** What there is comes first, so that nothing an object says looks like it. */
function written({ lines: { columns, rows }, more, next }: Page, limit: number, bytes: number): string {
  const shown: string[] = []
  let left = bytes
  for (const row of rows.slice(0, limit)) {
    left -= Buffer.byteLength(row) + 1
    if (left < 0) break
    shown.push(row)
  }
  const head = lineOf(columns)
  const isCut = shown.length < rows.length
  // A token would lead behind what was read, not behind what is shown.
  if (isCut)
    return [
      `TRUNCATED: ${String(shown.length)} of ${String(rows.length)} objects that were read are shown. Ask with a smaller limit, selectors, or fewer fields.`,
      head,
      ...shown,
    ].join('\n')
  if (next === undefined) return [`${String(rows.length)} objects`, head, ...shown].join('\n')
  const others = more === undefined ? 'there are more' : `${String(more)} more follow`
  return [
    `TRUNCATED: ${String(rows.length)} objects are shown, ${others}. To go on, ask the same with continue: ${JSON.stringify(next)}`,
    head,
    ...shown,
  ].join('\n')
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { authorize, impersonated } from './access/authorize.js'
import { type User, userOf } from './access/user.js'
import { type AuditEntry, type Begun, begun, withName } from './audit.js'
import { groups } from './catalogue/catalogue.js'
import { discovery } from './catalogue/discovery.js'
import { channelSockets, connect, isStreamed } from './pods/connect.js'
import { GoQuery } from './request/go-query.js'
import { readBody } from './request/read-body.js'
import { type RequestInfo, requestInfo } from './request/request-info.js'
import { answered, placeOf } from './route.js'
import { shapeOf } from './shape/shape.js'
import { badRequest, methodNotAllowed, noSuchPath, Refusal, unauthorized } from './status.js'
import type { Answer, Call, World } from './world.js'

/** What a server needs beside its world. */
export interface Serving {
  readonly world: World
  readonly tokens: ReadonlyMap<string, User>
  readonly audit: AuditEntry[]
  readonly address: () => string
}

/** Answers one request. Never throws or rejects. */
export async function serve(on: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.on('error', () => undefined)
  const read = readLine(request)
  if ('code' in read) {
    response.writeHead(read.code, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(read.text)
    return
  }
  const user = userOf(request.headers.authorization, on.tokens)
  let entry = begun(request, read.info, user)
  const named = (name: string): void => {
    entry = withName(entry, name)
  }
  response.setHeader('audit-id', entry.auditID)
  response.setHeader('cache-control', 'no-cache, private')
  try {
    const answer = await answerTo(on, request, { ...read, named, user })
    if ('stream' in answer) {
      response.once('close', () => noted(on, entry, response.statusCode))
      await answer.stream(response)
    } else {
      noted(on, entry, answer.code)
      write(response, answer.code, answer.body)
    }
  } catch (error) {
    const refusal = refusalOf(error)
    noted(on, entry, refusal.code)
    if (response.headersSent) response.destroy()
    else write(response, refusal.code, refusal.status)
  }
}

/** Answers one request to stream both ways. Never throws or rejects. */
export function serveUpgrades(on: Serving): {
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  readonly end: () => void
} {
  const sockets = channelSockets()
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on('error', () => undefined)
    const read = readLine(request)
    if ('code' in read) {
      socket.end(`HTTP/1.1 ${String(read.code)} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const user = userOf(request.headers.authorization, on.tokens)
    const entry = begun(request, read.info, user)
    try {
      const who = permitted(on, request, { ...read, user })
      const place = placeOf(read.info)
      if (!isStreamed(place)) throw badRequest('only exec, attach and portforward stream both ways here')
      const { info, query } = read
      const { headers } = request
      const call = { method: 'GET', info, query, user: who, headers, body: Buffer.alloc(0), named: () => undefined }
      const search = new URLSearchParams(read.search)
      const play = connect(on.world, call, place, search)
      noted(on, entry, 101)
      sockets.open(request, socket, head, play)
    } catch (error) {
      const refusal = refusalOf(error)
      noted(on, entry, refusal.code)
      const body = JSON.stringify(refusal.status)
      const head = `HTTP/1.1 ${String(refusal.code)} Refused\r\nconnection: close\r\ncontent-type: application/json`
      socket.end(
        `${head}\r\naudit-id: ${entry.auditID}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`,
      )
    }
  }
  return { upgrade, end: sockets.end }
}

interface Line {
  readonly info: RequestInfo
  readonly query: GoQuery
  readonly search: string
}

/** Reads where a request goes. What has no reading is answered before anybody is asked for. */
function readLine({ method = '', url = '' }: IncomingMessage): Line | { readonly code: number; readonly text: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '')
  const mark = target.indexOf('?')
  const search = mark < 0 ? '' : target.slice(mark + 1)
  const escaped = mark < 0 ? target : target.slice(0, mark)
  let path: string
  try {
    path = decodeURIComponent(escaped)
  } catch {
    return { code: 400, text: '400 Bad Request' }
  }
  const query = new GoQuery(search)
  const info = requestInfo(method, path, query)
  if (info !== undefined) return { info, query, search }
  const why = `failed to create RequestInfo: unable to determine kind and namespace from url, ${path}`
  return { code: 500, text: `Internal Server Error: ${JSON.stringify(target)}: ${why}\n` }
}

interface Asked extends Line {
  readonly user: User | undefined
}

/** Who a request is by, once they may do it. */
function permitted({ world }: Serving, { headers }: IncomingMessage, { info, user }: Asked): User {
  if (user === undefined) throw unauthorized()
  const name = headers['impersonate-user']
  const group = headers['impersonate-group']
  const groups = group === undefined ? [] : [group].flat()
  const who = impersonated(world.store, user, { name: typeof name === 'string' ? name : undefined, groups })
  authorize(world.store, who, info)
  return who
}

async function answerTo(on: Serving, request: IncomingMessage, asked: Asked & Pick<Call, 'named'>): Promise<Answer> {
  const { info, named, query } = asked
  const user = permitted(on, request, asked)
  const { method = '' } = request
  if (!info.isResource) return pathAnswer(on, method, info.path)
  const place = info.group === '' || groups.includes(info.group) ? placeOf(info) : undefined
  if (place === undefined) return { code: 404, body: '404 page not found\n' }
  const shape = shapeOf(request.headers.accept, query, place.resource)
  const body = await readBody(request)
  const answer = answered(on.world, { method, info, query, user, headers: request.headers, body, named }, place, shape)
  return 'stream' in answer || typeof answer.body === 'string' ? answer : { ...answer, body: shape.answer(answer.body) }
}

function pathAnswer(on: Serving, method: string, path: string): Answer {
  const body = discovery(path, on.address())
  if (body !== undefined && method !== 'GET') throw methodNotAllowed()
  if (body !== undefined) return { code: 200, body }
  if (/^\/apis\/[^/]+\/*$/.test(path)) return { code: 404, body: '404 page not found\n' }
  if (/^\/apis?\//.test(path)) throw noSuchPath()
  return {
    code: path === '/' ? 200 : 404,
    body: { paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/readyz', '/version'] },
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  return new Refusal(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : ''}`)
}

function noted({ audit }: Serving, entry: Begun, code: number): void {
  audit.push({ ...entry, responseStatus: { code } })
}

function write(response: ServerResponse, code: number, body: object | string): void {
  const isText = typeof body === 'string'
  response.writeHead(code, { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json' })
  response.end(isText ? body : `${JSON.stringify(body)}\n`)
}

import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { dirname } from 'node:path'
import { BothKeysError } from '@bothkeys/core'
import { trustedFolder } from '../files/trusted-file.js'
import type { Answer } from './answer.js'
import { errorAnswer, problem } from './answer.js'
import { ControlPlaces } from './places.js'
import { bodyOf, refusedRequest } from './request.js'

/** Where a control listener is. */
export type ControlAddress = { readonly path: string; readonly mode: number } | { readonly port: number }

/** What one needs. */
export interface ControlListenerContext {
  readonly address: ControlAddress
  /** Answers a request that was let through, with its whole body, or throws. */
  readonly answer: (request: IncomingMessage, body: Buffer) => Promise<Answer>
  /** How many requests are answered at the same time. Twice as many may be connected. */
  readonly maxRequests: number
}

/** An open one. */
export interface ControlListener {
  /** `http://127.0.0.1:<port>`, or the path of the socket. */
  readonly url: string
  /** Ends every connection and removes the socket. Idempotent. */
  close(): Promise<void>
}

/** In milliseconds. */
const headersMs = 5_000
const requestMs = 15_000
const idleMs = 5_000
/** How often Node looks whether one of them is over. */
const lookMs = 1_000

/**
 * Listens for HTTP on a unix socket or on 127.0.0.1. Throws ERR_CONFIG_INVALID for an address that cannot be had and for a folder
 * in which others could put another socket.
 */
export async function openControlListener(context: ControlListenerContext): Promise<ControlListener> {
  const { address, maxRequests } = context
  const places = new ControlPlaces(maxRequests * 2, maxRequests)
  let port: number | undefined
  const answerTo = async (request: IncomingMessage): Promise<Answer> => {
    const refused = refusedRequest(request, port)
    if (refused !== undefined) return refused
    try {
      // Who has not sent all of it takes nothing from those who have.
      const body = await bodyOf(request)
      const answer = await places.whileAnswering(request.socket, () => context.answer(request, body))
      return answer ?? problem(503, 'too many requests at once', { 'retry-after': '1' })
    } catch (error) {
      return errorAnswer(error)
    }
  }
  const server = createServer(
    {
      maxHeaderSize: 32 * 1024,
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      keepAliveTimeout: idleMs,
      connectionsCheckingInterval: lookMs,
    },
    (request, response) => {
      void answerTo(request).then((answer) => send(response, answer))
    },
  )
  server.on('connection', (socket) => places.take(socket))
  server.maxRequestsPerSocket = 1_000
  server.on('clientError', (_error, socket) => socket.destroy())
  // Upgrades and CONNECT are no part of it.
  server.on('upgrade', (_request, socket) => socket.destroy())
  server.on('connect', (_request, socket) => socket.destroy())
  if ('port' in address) {
    await listening(server, () => server.listen({ host: '127.0.0.1', port: address.port, exclusive: true }))
    port = (server.address() as AddressInfo).port
    return opened(server, `http://127.0.0.1:${String(port)}`, () => undefined)
  }
  await takeSocket(server, address)
  return opened(server, address.path, () => rmSync(address.path, { force: true }))
}

async function takeSocket(server: Server, { path, mode }: Extract<ControlAddress, { path: string }>): Promise<void> {
  trustedFolder(dirname(path), 'the folder of a control listener')
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status !== undefined && !status.isSocket()) throw unusable(path, 'something else is there')
  if (status !== undefined && (await answers(path))) throw unusable(path, 'another process listens there')
  rmSync(path, { force: true })
  await listening(server, () => {
    // The socket is made in this turn; nobody can connect before its mode is what it should be.
    const before = process.umask(0o177)
    try {
      server.listen({ path })
    } finally {
      process.umask(before)
    }
  })
  chmodSync(path, mode)
}

async function listening(server: Server, listen: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new BothKeysError('ERR_CONFIG_INVALID', 'a control listener could not be opened', { cause }))
    })
    server.once('listening', resolve)
    listen()
  })
  // A connection that could not be accepted is gone; the listener goes on.
  server.on('error', () => undefined)
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => {
      resolve(false)
    })
  })
}

function opened(server: Server, url: string, remove: () => void): ControlListener {
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    remove()
    const closed = new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
    })
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), idleMs).unref()
    await closed
  }
  return Object.freeze({
    url,
    close: () => {
      closing ??= close()
      return closing
    },
  })
}

function send(response: ServerResponse, { body, headers = {}, status, type }: Answer): void {
  const close = status >= 400 ? { connection: 'close' } : {}
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...close,
    ...headers,
  })
  response.end(body)
}

function unusable(path: string, why: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `the control listener cannot have ${path}: ${why}`)
}

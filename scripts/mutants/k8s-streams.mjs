import { guards, test } from './k8s-guards.mjs'

const exec = test('streams/exec')
const hostile = test('streams/hostile-streams')
const recordings = test('streams/recordings')

/** What becomes another protocol: what of it is decided, let through, masked, recorded and cut. */
export const k8sStreamGuards = [
  ...guards('door/answer', test('door/logs'), [
    [
      'a log that is followed is not kept back',
      'const isFollowed = isWatch || (isLog && ',
      'const isFollowed = isWatch || (false && ',
    ],
    ['a log is plain text', "  if (!type.startsWith('text/plain')) throw unreadable('it is no plain text')\n"],
    ['a log is masked', 'maskLog(from, masks?.content)', 'maskLog(from, undefined)'],
  ]),
  ...guards('effects/connection-effects', hostile, [
    ['what a tunnel carries is unseen', '.map(String), ...unseen }', '.map(String) }'],
  ]),
  ...guards('effects/connection-effects', exec, [
    ['input is unseen', '        ...(stdin && unseen),\n'],
    ['a terminal is an effect', '    ...(isTerminal ? [terminal] : []),\n'],
    [
      'no wildcard covers a terminal',
      'attributes: Object.freeze({ sensitive: true })',
      'attributes: Object.freeze({})',
    ],
    ['a command is decided about', "...(request.kind === 'exec' && { command: command[0] ?? '' }),"],
  ]),
  ...guards('door/describe', exec, [
    [
      'rules see the words of a command',
      "    ...(request.kind === 'exec' && { argv: processFacts(request).command }),\n",
    ],
  ]),
  ...guards('door/accept-socket', hostile, [
    ['a handshake has a key', 'return isKey && ', 'return '],
    ['a handshake is of version 13', "isKey && headers['sec-websocket-version'] === '13'", 'isKey'],
  ]),
  ...guards('door/upgrade', hostile, [
    [
      'a connection for another host is refused',
      "  if (request.headers.host !== host) return refused('The request is for another host.')\n",
    ],
    ['nobody connects for somebody else', 'whyNotSent(request) ?? whyNotCarried', 'whyNotCarried'],
    ['no tunnel goes past a mask', "kind === 'portforward' && access.masks()", 'false'],
    ['an answer that leads elsewhere is none', 'status >= 400 && status < 600 ? status : 502', 'status'],
    ['who left while the operator logged in has nothing sent', "  socket.once('close', leave)\n"],
    [
      'what broke off before it began has an unknown outcome',
      '    await permit.settle(outcome)\n    throw lost(error)',
      '    throw lost(error)',
    ],
  ]),
  ...guards('door/upgrade', exec, [
    ['an answer instead of a WebSocket is masked', '      texts: textsOf(permit.masks?.content),\n'],
    ['an answer instead of a WebSocket is on record', '  await permit.settle(outcome)\n  return', '  return'],
  ]),
  ...guards('door/carry', exec, [
    [
      'a process has ended when that is on record',
      '    await permit.settle({ ...head, ...outcome })\n',
      '    void Promise.resolve(permit.settle({ ...head, ...outcome })).catch(() => undefined)\n',
    ],
  ]),
  ...guards('streams/until-aborted', test('streams/until-aborted'), [
    ['nobody waits for longer than it goes on', "    else signal.addEventListener('abort', end, { once: true })\n"],
    ['nobody waits for what is over', '    if (signal.aborted) end()\n    else ', '    '],
  ]),
  ...guards('door/carry', hostile, [
    ['what goes wrong cuts the API server off', '    upstream.terminate()\n'],
    ['what is cut has an unknown outcome', "    await permit.settle({ outcome: 'unknown', ...head })\n"],
    [
      'a client is told why it is cut off',
      "  if (request.kind !== 'portforward') client.send(",
      '  if (client.isPaused) client.send(',
    ],
  ]),
  ...guards('streams/inbox', hostile, [
    ['who sends waits while nobody reads', '    if (this.#bytes >= most) this.#socket.pause()\n'],
    ['text is no frame', 'isBinary && channel !== undefined', 'channel !== undefined'],
    ['who asks whether anybody is there is answered', 'socket.pong(data)', 'data.at(0)'],
  ]),
  ...guards('streams/socket-limits', hostile, [
    ['a message has an end', 'maxPayload: 4 * 1024', 'maxPayload: 64 * 1024'],
  ]),
  ...guards('streams/carry-process', hostile, [
    [
      'output that nobody asked for is refused',
      "      if (output === undefined && data.length > 0) throw new BrokenStream('the API server sent what nobody asked for')\n",
    ],
    [
      'input that nobody asked for is refused',
      "        if (!this.#isInputOpen) throw new BrokenStream('the client sent input that it did not ask to send')\n",
    ],
    [
      'sizes are sizes',
      "        if (size === undefined) throw new BrokenStream('the client sent a size that is none')\n",
      '        if (size === undefined) return\n',
    ],
    ['a client ends its own channel', ' || data[0] !== channels.stdin', ''],
    ['input ends once', '        this.#isInputOpen = false\n'],
    [
      'a process that says nothing of its end has an unknown one',
      "    throw new BothKeysError('ERR_INTERNAL', 'the API server did not say how the process ended')\n",
      "    return { outcome: 'completed' }\n",
    ],
    [
      'who leaves ends the process',
      'return Promise.race([process.takeOutput(), clientIsGone])',
      'clientIsGone.catch(() => undefined)\n  return process.takeOutput()',
    ],
  ]),
  ...guards('streams/carry-process', exec, [
    ['output is masked', '        masks?.content,\n        async (bytes)', '        undefined,\n        async (bytes)'],
    [
      'all of the output is out before its end',
      '    await Promise.all([...this.#outputs.values()].map((output) => output.end()))\n',
      '    for (const output of this.#outputs.values()) void output.end()\n',
    ],
    ['sizes of no terminal stay here', '        if (!facts.tty) return\n'],
    ['a status is masked', '      texts: textsOf(masks?.content),\n', '      texts: undefined,\n'],
  ]),
  ...guards('streams/carry-process', recordings, [
    [
      'what is shown is recorded first',
      "          await recorder?.output(isErrors ? 'e' : 'o', bytes)\n          await send(client, written(channel, bytes), signal)\n",
      "          await send(client, written(channel, bytes), signal)\n          await recorder?.output(isErrors ? 'e' : 'o', bytes)\n",
    ],
    [
      'input is recorded only where it is masked',
      'masks?.content !== undefined && recorder !== undefined',
      'recorder !== undefined',
    ],
    [
      'a recording ends before its process',
      'const recording = await recorder?.end()',
      'const recording = undefined as { bytes: number; sha256: string } | undefined',
    ],
  ]),
  ...guards('streams/exit-status', hostile, [
    [
      'what is no Status ends nothing',
      "if (isObject(status) && ['Success', 'Failure'].includes(ownText(status, 'status') ?? '')) return status",
      'if (isObject(status)) return status',
    ],
  ]),
  ...guards('streams/carry-ports', hostile, [
    ['a port is the one that was decided', 'data.length < 2 || data.readUInt16LE(0) !== port', 'data.length < 2'],
    [
      'a channel has a port',
      "      if (port === undefined) throw new BrokenStream('the API server sent on a channel of no port')\n",
      '      if (port === undefined) continue\n',
    ],
    ['errors of a port are the API server’s', 'of % 2 === 0 && ', ''],
    ['a channel of a client has a port', ' && of >> 1 < this.#ports.length', ''],
    ['a channel that ended has ended', '    if (isEnd) this.#ended.add(of)\n    else', '    if (!isEnd)'],
    [
      'a tunnel that breaks off has an unknown outcome',
      'return this.#code === 1000 || this.#code === 1005',
      'return this.#code !== 0',
    ],
  ]),
  ...guards('door/begin-recording', recordings, [
    ['what is not recorded is on record as not run', "    await permit.settle({ outcome: 'not-run' })\n"],
    ['a recording that opens late is ended', '        late.abandon()\n'],
    [
      'a command is recorded as it is shown',
      'permit.masks?.content === undefined ? words : permit.masks.content.text(words, undefined)',
      'words',
    ],
  ]),
  ...guards('recordings/recorder', recordings, [
    [
      'characters that are cut wait for their rest',
      'this.#textOf(code).write(Buffer.from(bytes))',
      "Buffer.from(bytes).toString('utf8')",
    ],
    ['a recording that does not end is none', '      await finished(this.#to, { readable: false })\n'],
  ]),
  ...guards('recordings/file-recordings', recordings, [
    ['a recording is in its directory', '!/^[\\w-]{1,128}$/.test(actionId)', 'actionId === undefined'],
    ['a recording is this user’s', "'wx', 0o600", "'wx', 0o644"],
    ['a recording is written once', "'wx', 0o600", "'w', 0o600"],
    ['recordings are this user’s', 'recursive: true, mode: 0o700', 'recursive: true'],
  ]),
]

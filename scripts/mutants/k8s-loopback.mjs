import { guards, test } from './k8s-guards.mjs'

const door = test('loopback/loopback-door')
const governed = test('loopback/governed-door')

/** The door for Kubernetes on loopback: who reaches it, who gets in, and what stays behind. */
export const k8sLoopbackGuards = [
  ...guards('loopback/loopback-door', door, [
    [
      'who shows no token of this door gets no answer',
      "if (use === undefined || isInTarget(request)) return 'unauthorized'",
    ],
    ['a token in a target lets nobody in', ' || isInTarget(request)'],
    ['connections to a cluster have a bound', "if (!this.#connections.admit(request.socket)) return 'too many'"],
    [
      'nobody becomes another protocol without the token',
      '      else turnAwayUpgrade(socket, why)\n',
      '      else handlers.upgrade(request, socket, head)\n',
    ],
    [
      'a kubeconfig that nobody uses opens nothing after a minute',
      'setTimeout(this.#end, limits.firstUseMs)',
      'setTimeout(() => undefined, limits.firstUseMs)',
    ],
    [
      'a door that was used stays open',
      '    clearTimeout(this.#firstUse)\n    return undefined\n',
      '    return undefined\n',
    ],
    ['a loopback door ends with its session', "    signal.addEventListener('abort', this.#end, { once: true })\n"],
    ['no connection outlives its door', '      this.#connections.close()\n'],
    ['no kubeconfig outlives its door', '    server.close()\n    file.remove()\n    //', '    server.close()\n    //'],
    ['no door is opened for a session that is over', '    refuseEnded(context.signal)\n'],
    ['a port that is taken leaves nothing behind', '    file.remove()\n    void door', '    void door'],
    [
      'a door for Kubernetes speaks HTTP/1.1 alone',
      "    ALPNProtocols: ['http/1.1'],\n",
      "    ALPNProtocols: ['h2', 'http/1.1'],\n",
    ],
    [
      'who is slow to say what it wants is let go',
      '    headersTimeout: limits.headersMs,\n    requestTimeout: limits.requestMs,\n',
    ],
    [
      'a door for Kubernetes is not serialised',
      "    throw new BothKeysError('ERR_CONFIG_INVALID', 'a door cannot be serialised', { hint: 'store its url at most' })\n",
      '    return undefined as never\n',
    ],
  ]),
  ...guards('loopback/bearer', door, [
    ['two tokens are none', 'given.length === 1 ? given : []', 'given'],
    ['a token is shown as a bearer shows it', '/^Bearer (', '/^\\w+ ('],
  ]),
  ...guards('loopback/connections', door, [
    ['who shows no token makes room', '    if (this.#pending.size >= this.#limits.maxPending) this.#makeRoom()\n'],
    [
      'who shows a token takes no place of those who have to',
      '    this.#pending.delete(client)\n    this.#known',
      '    this.#known',
    ],
    ['nobody stays for long without the token', '      if (this.#pending.get(client) === socket) socket.destroy()\n'],
    ['places are given back', 'if (sockets.get(client) === socket) sockets.delete(client)', ';'],
    ['clients of several addresses are told apart', '`${remoteAddress}:${String(remotePort)}`', 'String(remotePort)'],
    [
      'no connection outlives its door, whatever is known of it',
      '    for (const socket of this.#all) socket.destroy()\n',
    ],
  ]),
  ...guards('loopback/kubeconfig-file', door, [
    ['a kubeconfig is for its owner alone', '{ mode: 0o600, ', '{ mode: 0o644, '],
    [
      'a kubeconfig takes the place of no other',
      '      linkSync(draft, this.path)\n',
      '      rmSync(this.path, { force: true })\n      linkSync(draft, this.path)\n',
    ],
    ['no draft of a kubeconfig stays', '      rmSync(draft, { force: true })\n'],
    ['a kubeconfig of somebody else is left alone', 'if (this.#wrote) rmSync', 'rmSync'],
  ]),
  ...guards('loopback/loopback-options', door, [
    ['a door for Kubernetes has no other options', 'if (!known.has(name)) {', "if (name === '') {"],
    ['a port is one', "  if (!isWithin(port, 0, 65_535)) throw invalid('port is out of range', 'use 0 to 65535')\n"],
  ]),
  ...guards('loopback/turned-away', door, [['who is turned away is let go', "    connection: 'close',\n"]]),
  ...guards('loopback/certificates', test('loopback/certificates'), [
    [
      'an authority says that it is one',
      'extension(oids.basicConstraints, sequence(yes, ',
      'extension(oids.basicConstraints, sequence(',
    ],
    [
      'a certificate is for servers alone',
      'sequence(identifier(oids.serverAuth))',
      'sequence(identifier(oids.serverAuth), identifier(oids.commonName))',
    ],
    ['a certificate is for 127.0.0.1', 'const loopback = [127, 0, 0, 1]', 'const loopback = [127, 0, 0, 2]'],
    ['an authority vouches for no other name', "  sequence(atPlace(2, Buffer.from('localhost'))),\n"],
    ['an authority vouches for no other address', '...loopback, 255, 255, 255, 255', '...loopback, 0, 0, 0, 0'],
    ['a certificate is signed by the authority', "sign('sha256', signed, signer)", "sign('sha256', algorithm, signer)"],
  ]),
  ...guards('loopback/der', test('loopback/certificates'), [
    ['a number that is not negative is not read as one', '>= 0x80\n', '> 0xff\n'],
    ['a moment after 2049 has four digits of the year', 'at.getUTCFullYear() < 2050', 'true'],
  ]),
  ...guards('target', governed, [
    [
      'a target that is closed opens no door',
      '    this.#closing.signal.throwIfAborted()\n    const door = await openLoopback',
      '    const door = await openLoopback',
    ],
    [
      'doors on loopback end with their target',
      '    this.#loopbacks.add(door)\n    void door.closed',
      '    void door.closed',
    ],
  ]),
  ...guards('door/schema', governed, [
    ['only descriptions of the API go on as they are', '&& /^\\/openapi\\/v[23](?:\\/|$)/.test(info.path)'],
    ['an error is no description of the API', 'statusCode === 200 && '],
  ]),
  ...guards('door/read-request', governed, [
    ['a page that rebinds its name reaches nothing', 'request.headers.host !== host', 'host === undefined'],
  ]),
  ...guards('request/request-headers', governed, [
    [
      'a page reaches nothing',
      "headers.has('origin') ? refuse('The request comes from a page.') : undefined",
      'undefined',
    ],
  ]),
]

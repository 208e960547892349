import { guards, test } from './k8s-guards.mjs'

/** What the door for Kubernetes lets through, sends and hands on. */
export const k8sDoorGuards = [
  ...guards('door/exchange', test('door/exchange'), [
    ['nobody acts for somebody else in a cluster', "name.startsWith('impersonate-')", 'false'],
    ['no mask is written in the place of a secret', 'body !== undefined && holdsMarkerIn(body.value)', 'false'],
    ['what streams both ways is not carried', 'if (!carried.has(request.kind))', 'if (request.kind === undefined)'],
    ['what broke off has an unknown outcome', "    await permit.settle({ outcome: 'unknown', ...head })\n"],
    [
      'an answer that refuses is a failure',
      "return status >= 500 && method !== 'GET' ? 'unknown' : 'failed'",
      "return 'completed'",
    ],
    ['of a write that broke off nobody knows', "status >= 500 && method !== 'GET' ? 'unknown' : 'failed'", "'failed'"],
    ['who cannot log in has sent nothing', "    await permit.settle({ outcome: 'not-run' })\n", ''],
    [
      'what the door refuses is on record',
      "  access.refused({ identity, description, parameters: [], stateEpoch: '' }, refusal)\n",
    ],
  ]),
  ...guards('request/request-kind', test('door/exchange'), [
    ['pods are not bound in the old way', "  if (apiGroup === '' && resource === 'bindings') return 'binding'\n"],
  ]),
  ...guards('door/exchange', test('door/hostile'), [
    ['who leaves while others are answered has left', '[response, request.socket]', '[response]'],
    ['an answer that leads elsewhere is a failure', 'status >= 200 && status < 300', 'status < 400'],
  ]),
  ...guards('door/answer', test('door/hostile'), [
    [
      'an answer of another type is not shown',
      '!asItIs && !/^(?:application\\/json|text\\/plain)(?:;|$)/.test(type)',
      "type === 'x'",
    ],
    ['nobody waits for a reader that left', "    signal.addEventListener('abort', left, { once: true })\n"],
    [
      'a status that is none is not handed on',
      "  if (statusCode < 200 || statusCode > 599) throw unreadable('its status is none')\n",
    ],
    ['a reader that is slow gets all of it', "    to.once('drain', go)\n"],
    ['a reader that is slow is waited for', '!signal.aborted && to.write(part)', '!signal.aborted && [to.write(part)]'],
    [
      'what went wrong before the answer began is told',
      '  to.statusCode = statusOf(from)\n',
      '  to.statusCode = statusOf(from)\n  to.flushHeaders()\n',
    ],
    ['a watch that is refused is told so', 'from.statusCode === 200 && info', 'info'],
    ['plain text is masked', '  return maskPlain(from, context)\n', '  return from as AsyncIterable<Buffer>\n'],
  ]),
  ...guards('door/upstream', test('door/hostile'), [
    [
      'a connection without an answer is over',
      "        if (!isAnswered) fail(new Error('the connection was closed without an answer'))\n",
    ],
  ]),
  ...guards('door/upstream', test('door/upstream'), [
    ['who left before has nothing sent', '      if (signal.aborted) {\n', '      if (path === undefined) {\n'],
    ['an answer that nobody waits for breaks off', "      signal.addEventListener('abort', cut)\n"],
    ['connections are of one login', 'old !== undefined && isSame(old.material, material)', 'old !== undefined'],
  ]),
  ...guards('door/kept-agent', test('door/upstream'), [
    ['certificates that are bytes are compared', 'return Buffer.compare(one, other) === 0', 'return true'],
    ['lists of certificates are compared', 'one.length === other.length && ', ''],
  ]),
  ...guards('door/exchange', test('door/kept-signal'), [
    ['a session keeps nothing of its requests', '    waited.release()\n'],
  ]),
  ...guards('door/upgrade', test('door/kept-signal'), [
    ['a session keeps nothing of its connections', '    waited.abort(over)\n'],
  ]),
  ...guards('effects/danger-effects', test('effects/danger-effects'), [
    [
      'containers that are added to pods are judged',
      "new Set(['', 'ephemeralcontainers', 'status'])",
      "new Set(['', 'status'])",
    ],
    [
      'what is written with a status is judged',
      "new Set(['', 'ephemeralcontainers', 'status'])",
      "new Set(['', 'ephemeralcontainers'])",
    ],
  ]),
  ...guards('door/read-request', test('door/exchange'), [
    ['a request for another host is refused', 'request.headers.host !== host', 'host === undefined'],
  ]),
  ...guards('door/answer', test('door/exchange'), [
    ['an answer is whole when its outcome is on record', '  await settle()\n'],
    ['an answer that is encoded is not shown', "headers['content-encoding'] !== undefined", 'false'],
    ['answers are masked by what a rule detects', '    texts: textsOf(masks?.content),\n'],
    ['events of a watch are masked one by one', 'isWatch ? maskWatch(from, context) : ', ''],
  ]),
  ...guards('door/upstream', test('door/exchange'), [
    [
      'a body is framed whatever the method',
      "      if (body !== undefined) request.setHeader('content-length', body.byteLength)\n",
    ],
  ]),
  ...guards('door/memory-wire', test('door/hostile'), [['who goes leaves nobody waiting', '    other.destroy()\n']]),
  ...guards('door/governed-config', test('door/no-socket'), [
    ['a governed configuration has no other cluster', '  override addCluster(): never {\n    throw fixed()\n  }\n\n'],
    ['what is carried by WebSocket reaches the door', '    options.agent = this.#ways.agent as unknown as Agent\n'],
  ]),
  ...guards('door/governed-config', test('clients/dispatcher'), [
    ['fetch of client-node 2.x reaches the door', 'context.setDispatcher(this.#ways.dispatcher)', 'void 0'],
  ]),
  ...guards('door/memory-agents', test('clients/dispatcher'), [
    ['fetch is given no connection before it listens', 'process.nextTick(() => {', 'void [0].forEach(() => {'],
  ]),
  ...guards('door/memory-agents', test('clients/patience'), [
    ['fetch waits for as long as people think', '    headersTimeout: 0,\n'],
    ['fetch waits for as long as a watch is quiet', '    bodyTimeout: 0,\n'],
  ]),
  ...guards('effects/duty-of', test('effects/duty-of'), [
    ['groups of the user are listed', '!builtInGroups.has(apiGroup) && !groups.has(apiGroup)', 'false'],
    ['a status is written as its object is', ' && subresource !== status', ''],
    ['subresources are known', "if (known === undefined) return 'opaque'", "if (known === undefined) return 'read'"],
    [
      'questions about others are no reading',
      "verb === 'create' && askingOfOneself.has(resource) ? 'read' : 'grant'",
      "'read'",
    ],
    ['rights in a cluster are granted', "  if (granting.has(apiGroup)) return 'grant'\n"],
    ['certificates are granted', "  if (apiGroup === 'certificates.k8s.io' && !removing.has(verb)) return 'grant'\n"],
    ['what changes the cluster defines, also when it is removed', "  if (defining.has(apiGroup)) return 'define'\n"],
    ['kinds that change the cluster define', "definingKinds.has(kind) ? 'define' : 'write'", "'write'"],
  ]),
  ...guards('effects/resource-name', test('effects/duty-of'), [
    ['a namespace is no object within it', 'isNamespace || ', ''],
    ['all namespaces are none of them', "namespace === '' ? all : namespace", 'namespace'],
    ['all objects are none of them', "name === '' ? all : name", 'name'],
    ['a subresource is a resource of its own', "subresource === '' ? kind : `${kind}/${subresource}`", 'kind'],
  ]),
  ...guards('effects/danger-effects', test('door/exchange'), [
    ['what a pod gains is an effect', "  baseline: ['grant', 'escalate'],\n"],
  ]),
  ...guards('door/exchange', test('door/bounds'), [
    [
      'so many requests of a session wait and no more',
      '  const noPlace = on.waiting.enter(response)\n',
      '  const noPlace = undefined\n',
    ],
    ['requests that are over wait no more', '    on.waiting.leave(response)\n'],
    [
      'what is not read for too many wait is on record',
      "  access.refused({ identity, description: notRead, parameters: [], stateEpoch: '' }, why)\n",
    ],
    ['nobody waits for a login that hangs', 'await unlessAborted(signal, login)', 'await login()'],
  ]),
  ...guards('door/unless-aborted', test('door/exchange'), [
    [
      'who left during the login has sent nothing',
      'await untilAborted(step(), signal)\n  signal.throwIfAborted()',
      'await step()',
    ],
  ]),
  ...guards('door/upgrade', test('door/bounds'), [
    [
      'what would become another protocol takes a place',
      '    const noPlace = on.waiting.enter(place)\n',
      '    const noPlace = undefined\n',
    ],
  ]),
  ...guards('door/waiting', test('door/bounds'), [
    ['watches take no place of what waits', '    if (this.#waiting.size >= most.waiting) this.#forgetBegun()\n'],
  ]),
  ...guards('door/status-answer', test('door/bounds'), [
    ['who comes too often is told so', "  ERR_LIMIT_EXCEEDED: [429, 'TooManyRequests'],\n"],
  ]),
  ...guards('target', test('door/bounds'), [
    [
      'a session has one door',
      'this.#doors.get(access.sessionId) ?? this.#open(session, access)',
      'this.#open(session, access)',
    ],
  ]),
  ...guards('door/upstream', test('door/bounds'), [
    [
      'connections of replaced credentials are forgotten',
      '    for (const each of this.#retired) if (isIdle(each)) this.#retired.delete(each)\n',
    ],
    [
      'connections of replaced credentials end with the target',
      '    for (const agent of this.#retired) agent.destroy()\n',
    ],
  ]),
  ...guards('door/exchange', test('audit/audit-events'), [
    ['the name that the API server gave is on record', ", reference: serversAuditId(answer.headers['audit-id'])"],
    ['an answer that its reader left is on record', "{ outcome: 'unknown', ...head }", "{ outcome: 'unknown' }"],
  ]),
  ...guards('door/agent-of', test('audit/audit-events'), [
    ['the API server has the id of the record', ", 'audit-id': auditIdOf('action', actionId)"],
  ]),
  ...guards('door/exchange', test('audit/audit-streams'), [
    [
      'the name of a dry run that is not refused is on record',
      "await permit.settle({ outcome: 'completed', ...head })",
      "await permit.settle({ outcome: 'completed', result: String(status) })",
    ],
  ]),
  ...guards('door/upgrade', test('audit/audit-streams'), [
    [
      'the name that the API server gave a refused upgrade is on record',
      "    reference: serversAuditId(answer.headers['audit-id']),\n",
    ],
    [
      'the name that the API server gave an upgrade is on record',
      ', reference: upstream.reference }',
      ', reference: undefined }',
    ],
  ]),
  ...guards('door/carry', test('audit/audit-streams'), [
    [
      'a connection that was cut had begun',
      "settle({ outcome: 'unknown', ...head })",
      "settle({ outcome: 'unknown' })",
    ],
    ['a connection that ended keeps its name', 'settle({ ...head, ...outcome })', 'settle(outcome)'],
  ]),
  ...guards('audit/response', test('audit/audit-streams'), [
    ['an exec that ended is a stream', 'exit \\d|', ''],
    ['an exec without an exit code is a stream', 'no exit code;|', ''],
    ['a port-forward is a stream', '|in \\d', ''],
  ]),
  ...guards('audit/command', test('audit/command'), [
    ['nothing of a journal that does not verify goes out', '  for await (const _event of readJournal(folder));\n'],
    ['a journal that does not verify has its exit code', "=== 'ERR_JOURNAL_CORRUPT'", "=== 'ERR_INTERNAL'"],
  ]),
  ...guards('audit/audit-id', test('audit/audit-events'), [
    ['no other header counts as a name of the API server', '/^[\\w-]{1,64}$/.test(header)', "header !== ''"],
  ]),
  ...guards('audit/audit-events', test('audit/audit-events'), [
    ['a refusal after a hold is one end', "    if (action !== '' && held === undefined) return undefined\n"],
    ['a refusal ends the hold that it is of', 'held?.auditID ?? auditIdOf', 'auditIdOf'],
    [
      'who asks for a grant is not in the audit log',
      "        if (membersOf(event['action'])['operation'] === 'grant') return undefined\n",
    ],
    [
      'other targets have no place in the audit log',
      "return membersOf(target)['kind'] === 'kubernetes'",
      'return target !== undefined',
    ],
  ]),
  ...guards('doctor/ways-around', test('doctor/doctor'), [
    ['kubeconfigs that nobody can read are no way around', "path !== '' && isReadable(path)", "path !== ''"],
    ['projected tokens are a way around', 'depth < 2', 'depth < 0'],
  ]),
  ...guards('doctor/check-cluster', test('doctor/doctor'), [
    [
      'a doctor that was not answered says so',
      "answer.statusCode !== 201 || typeof status?.allowed !== 'boolean'",
      'false',
    ],
    ['groups that the door may act for are found', "  { verb: 'impersonate', resource: 'groups' },\n"],
    [
      'service accounts that the door may act for are found',
      "  { verb: 'impersonate', resource: 'serviceaccounts', namespace: 'kube-system' },\n",
    ],
    [
      'extras that the door may act with are found',
      "  { verb: 'impersonate', group: 'authentication.k8s.io', resource: 'userextras', subresource: 'scopes' },\n",
    ],
    ['an answer to the doctor has an end', 'text.length > mostCharacters', 'false'],
  ]),
  ...guards('target', test('door/bounds'), [
    ['the doors of a session wait together', '    this.#waiting.set(session, waiting)\n'],
  ]),
  ...guards('target', test('doctor/doctor'), [
    ['ways around the door are on record', 'if (around.length > 0) access', 'if (around.length < 0) access'],
  ]),
  ...guards('danger/object', test('danger/traffic'), [
    ['what leads traffic elsewhere is dangerous', '  checkTraffic(object, before, findings)\n'],
  ]),
  ...guards('danger/request', test('danger/traffic'), [
    ['a scale that stops all pods is dangerous', '  checkScale(request, findings)\n'],
  ]),
]

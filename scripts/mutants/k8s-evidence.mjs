const guards = (file, test, rows) =>
  rows.map(([name, find, replace = '']) => ({
    name,
    file: `packages/${file}.ts`,
    find,
    replace,
    tests: [`packages/${test}.test.ts`],
  }))

const evidence = 'adapter-k8s/test/evidence/evidence'
const bared = 'adapter-k8s/test/evidence/bared'
const shownBody = 'adapter-k8s/test/door/shown-body'
const parts = 'adapter-k8s/test/evidence/parts'
const changes = 'core/test/approvals/estimated-changes'

/** What is seen of a request before it is decided, and that it stays so. */
export const k8sEvidenceGuards = [
  ...guards('adapter-k8s/src/door/exchange', evidence, [
    ['what cannot be looked at is refused on record', "'ERR_INTERNAL', 'ERR_LIMIT_EXCEEDED'])", '])'],
  ]),
  ...guards('adapter-k8s/src/evidence/evidence', bared, [
    ['a patch shows nothing that is masked', '      return bared\n', '      await undefined\n'],
  ]),
  ...guards('adapter-k8s/src/evidence/bared', bared, [
    ['words are no secrets', ' && !isWord(text)', ''],
    ['a guess is none of what is masked', ' && !said.has(text)', ''],
    ['texts that are hidden are told from those that are shown', 'masked === value)', 'false)'],
    ['what a mask takes away is hidden', 'Object.hasOwn(members, key) ? members[key] : undefined', 'each'],
  ]),
  ...guards('adapter-k8s/src/evidence/evidence', evidence, [
    ['what is denied anyway is not looked at', ' || access.preview(certain) !== undefined'],
    ['what was seen is pinned', 'pins === undefined ? request : pinned(request, pins)', 'request'],
    [
      'who cannot say what is there lets nothing through',
      'status === 200 && isObjectOfServer(value)',
      'isObject(value)',
    ],
    [
      'what another server answers for is not tried',
      '!isOfSecret(request) && (await this.#isHonoured(request, looks))',
      '!isOfSecret(request)',
    ],
    [
      'a secret is not tried',
      '!isOfSecret(request) && (await this.#isHonoured(request, looks))',
      'await this.#isHonoured(request, looks)',
    ],
    ['a secret that is put is judged', 'return isOfSecret(request) && ', 'return !isOfSecret(request) && '],
    [
      'a dry run that may be carried out is not sent',
      'request.dryRun && !(await this.#isHonoured(request, looks))',
      'request.dryRun && !(await this.#isHonoured(request, looks)) && false',
    ],
    ['what the API server refuses it says itself', 'if (refusal !== undefined) return refusal', ''],
    [
      'a dry run that goes through is no answer',
      '{ request, description, onlyRefused: true }',
      '{ request, description }',
    ],
    [
      'what nobody saw is not known',
      "if (status === 403 || status === 405) return 'unknown'",
      "if (status === 403) return 'new'",
    ],
  ]),
  ...guards('adapter-k8s/src/evidence/pins', evidence, [
    ['tests of the client are of what was seen', 'if (given.some(', 'if (given.length === 0 && given.some('],
    ['what the client says of the object is so', 'if (isSaid(said) && said !== seen)', 'if (said === null)'],
    ['what is not said is pinned', 'if (isSaid(said) && said !== seen)', 'if (said !== seen)'],
  ]),
  ...guards('adapter-k8s/src/door/exchange', evidence, [
    ['who means another object is refused on record', "new Set(['ERR_APPROVAL_VOID', ", 'new Set(['],
  ]),
  ...guards('adapter-k8s/src/evidence/looks', evidence, [
    ['what is looked at has an end', 'if (length > mostBytes) throw', 'if (length < 0) throw'],
  ]),
  ...guards('adapter-k8s/src/evidence/trial', evidence, [
    ['who takes part in no dry run has refused nothing', "isAgainstDryRuns(value) ? { none: 'no-dry-runs' } : ", ''],
    ['a server that fails has refused nothing', 'status < 400 || status >= 500 || ', 'status < 400 || '],
    ['a Status is no object', "own(object, 'kind') !== 'Status' && ", ''],
  ]),
  ...guards('adapter-k8s/src/evidence/plan', evidence, [
    ['an eviction is pinned', "  if (kind === 'eviction') return { object: objectPath(info), tries: false }\n"],
  ]),
  ...guards('adapter-k8s/src/evidence/collection', evidence, [
    ['nobody is asked about what cannot be named', 'if (isMore) return', 'if (isMore && value === undefined) return'],
  ]),
  ...guards('adapter-k8s/src/evidence/outcome', evidence, [
    ['keys are on record as answers show them', 'paths.map(shown(texts))', 'paths'],
    ['what came otherwise is on record', 'paths !== undefined && paths.length > 0', 'false'],
  ]),
  ...guards('adapter-k8s/src/evidence/honours-dry-run', evidence, [
    ['a service answers for its group', " && (own(spec, 'service') ?? null) === null"],
  ]),
  ...guards('adapter-k8s/src/evidence/changes', parts, [
    ['people are told how much they are not shown', 'more: changes.length - kept.length', 'more: 0'],
    ['long texts differ where they do', 'start <= 0 ? ', 'start <= 1e9 ? '],
  ]),
  ...guards('adapter-k8s/src/evidence/looks', 'adapter-k8s/test/evidence/unrecorded-looks', [
    [
      'nothing is looked at before that is on record',
      'await unlessAborted(this.#signal, async () => this.#access.begin',
      'void unlessAborted(this.#signal, async () => this.#access.begin',
    ],
  ]),
  ...guards('adapter-k8s/src/evidence/trial', 'adapter-k8s/test/evidence/unrecorded-looks', [
    ['a dry run that is not on record is none that failed', " && error.code === 'ERR_INTERNAL') return", ') return'],
  ]),
  ...guards('core/src/access', 'core/test/enforce/internal', [
    [
      'what a door does is refused where it is not on record',
      'if (failure !== undefined) throw failure',
      'if (failure === null) throw failure',
    ],
    [
      'what a door does waits for its record',
      '    if (!isPromise(recorded)) return\n',
      '    if (recorded !== null) return\n',
    ],
    [
      'a record of what a door does has an end',
      "withDeadline(recorded, 'recording what the door does', deadlineMs, this.signal).then",
      'recorded.then',
    ],
  ]),
  ...guards('adapter-k8s/src/evidence/looks', parts, [
    [
      'who logs in for ever is not waited for',
      'unlessAborted(signal, () => this.#upstream.prepare())',
      'this.#upstream.prepare()',
    ],
  ]),
  ...guards('adapter-k8s/src/evidence/pinned-pod', 'adapter-k8s/test/streams/exec', [
    ['what people allowed runs in no other pod', '(await uid()) === seen', '(await uid()) !== undefined'],
  ]),
  ...guards('adapter-k8s/src/evidence/rate', parts, [
    ['nobody has the API server flooded', 'window.count >= perMinute', 'window.count < 0'],
  ]),
  ...guards('adapter-k8s/src/effects/danger-effects', evidence, [
    [
      'nobody knows what comes of a patch',
      "result === 'unseen' && judgedParts.has(subresource) ? [unjudged] : []",
      '[]',
    ],
  ]),
  ...guards('adapter-k8s/src/door/shown-body', shownBody, [
    [
      'no secret is written that approvers would see',
      'if (!writesSecret(request)) return {',
      'if (key.length > 0) return {',
    ],
    [
      'no secret is repeated in a text',
      "if (typeof value === 'string') return holdsManifest(value)",
      "if (typeof value === 'string') return false",
    ],
    ['no secret is repeated as an object', "own(value, 'kind') === 'Secret' && ", 'false && '],
    ['no secret is repeated in a name', 'holdsManifest(name) || ', ''],
    [
      'a secret may repeat itself',
      'request.body !== undefined && !writesSecret(request) && ',
      'request.body !== undefined && ',
    ],
    ['what approvers do not see is bound', ' with the keyed digest ${digest}'],
    ['operations of a patch hide what they put', "withMember(operation, 'value', () => hole)", 'operation'],
    ['what was applied is hidden', ' ? hole : value', ' ? value : value'],
    ['names are no places of secrets', "randomBytes(16).toString('hex')", 'marker'],
    [
      'values of any form are hidden',
      'return isObject(value) ? mapped(value, (_name, each) => valueless(each)) : hole',
      'return hole',
    ],
  ]),
  ...guards('adapter-k8s/src/door/exchange', evidence, [
    ['nobody is asked about what repeats a secret', 'if (repeatsSecret(request)) return', 'if (body === null) return'],
  ]),
  ...guards('adapter-k8s/src/door/describe', evidence, [
    ['who is not shown a secret is told so', '    ...(secrets.length > 0 && { secrets: Object.freeze(secrets) }),\n'],
  ]),
  ...guards('core/src/held-call', evidence, [
    ['what rules detect is hidden in what changes', "(text) => masker.text(text) ?? ''", '(text) => text'],
    ['secrets are hidden where no rule hides anything', '|| (asked.action.description.secrets ?? []).length > 0', ''],
  ]),
  ...guards('core/src/approvals/estimates', changes, [
    ['values that change are not on record', "if (!('changes' in estimate)) return", 'return'],
  ]),
  ...guards('core/src/approvals/stored-request', changes, [
    ['values that change are in no ledger', " && !('changes' in estimated)"],
  ]),
  ...guards('core/src/approvals/estimated-changes', changes, [
    ['changes are bounded', ' || changes.length > maxChanges'],
    ['findings are bounded', 'findings.length > maxFindings || ', ''],
    ['texts of changes are bounded', 'value.length <= maxText && value.isWellFormed()', 'value.isWellFormed()'],
    ['a change changes something', 'before === null && after === null ? undefined : ', ''],
  ]),
]

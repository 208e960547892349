import { dangerGuards } from './k8s-danger-guard.mjs'

/** Where pods are found, and that nothing is read which was not understood. */
export const foundPodGuards = [
  ...dangerGuards(
    'spot',
    ['pod-security'],
    [
      ['nothing that objects inherit is read', ' || !Object.hasOwn(value, key)', ''],
      ['null is nothing', 'return value[key] ?? undefined', 'return value[key]'],
    ],
  ),
  ...dangerGuards(
    'spot',
    ['objects'],
    [
      [
        'names of fields are shown in plain letters',
        '.replaceAll(\n    /[^ -~]/g,',
        '.replaceAll(\n    /[^ -\\uffff]/g,',
      ],
    ],
  ),
  ...dangerGuards(
    'finding',
    ['objects'],
    [
      ['no answer is without end', 'if (count >= mostOfOneCheck) return\n', ''],
      ['no path is without end', 'path: shown(path)', 'path'],
      [
        'findings stay as they are',
        'Object.freeze({ level, check, path: shown(path), message })',
        '{ level, check, path: shown(path), message }',
      ],
    ],
  ),
  ...dangerGuards(
    'shape',
    ['pod-security'],
    [
      ['what has another type cannot be judged', 'if (typeof value !== typeOf[shape])', 'if (shape === "none")'],
      [
        'what is no list cannot be judged',
        "if (!isList(value)) return malformed(spot, 'a list', rules, findings)\n",
        '',
      ],
      [
        'what is no object cannot be judged',
        "if (!isObject(value)) return malformed(spot, 'an object', rules, findings)\n",
        '',
      ],
      ['fields that nobody knows cannot be judged', "rules.others === 'refused' || ", ''],
      ['fields in other case are told', ' || isKnownInOtherCase(key, fields)', ''],
      [
        'members of lists have a shape',
        '    for (const member of spot.members) checkShape(member, shape.list, rules, findings)\n',
        '',
      ],
    ],
  ),
  ...dangerGuards(
    'kind',
    ['objects'],
    [
      ['a version has at most two parts', '  if (parts.length > 2) return undefined\n'],
      ['lists are not endless', "  if (depth >= deepestList) return 'lists are nested too deeply'\n"],
      ['members of lists that do not say what they are are refused', "kind.kind === 'List' ? undefined : ", ''],
      [
        'members of lists are objects',
        'if (!isObject(value)) return `${spot.path} is not an object`',
        'if (!isObject(value)) return undefined',
      ],
      ['one refused member refuses the list', '    if (refused !== undefined) return refused\n'],
    ],
  ),
  ...dangerGuards(
    'kind',
    ['pod-security'],
    [
      [
        'what is beside a list is looked at',
        '  into.push({ ...kind, value: rest, spot: new Spot(rest, spot.path) })\n',
      ],
      [
        'lists of lists are looked through',
        'collect(member, of, depth + 1, into)',
        'into.push({ group: "", kind: "", value: {}, spot: member })',
      ],
    ],
  ),
  ...dangerGuards(
    'pod-templates',
    ['pod-security'],
    [
      [
        'a template is where its kind has it',
        'const typed = this.#byKind(object, object.spot)',
        'const typed = undefined',
      ],
      [
        'a template that is no object is a template',
        '      if (!isObject(inner.value)) break\n',
        '      if (!isObject(inner.value)) return\n',
      ],
      [
        'kinds inside others have their templates',
        '      this.#byKind(stated, new Spot(value, pathOf(node, base)))\n',
        '      void 0\n',
      ],
      [
        'what looks like a pod is one',
        '    this.#keep({ place, spot: new Spot(value, pathOf(node, base)), metadata })\n',
      ],
      ['only kinds of pods report of themselves', 'depth === 0 && isKnown && key', 'depth === 0 && key'],
      ['what a pod reports of itself is left out', "      if (depth === 0 && isKnown && key === 'status') continue\n"],
      ['definitions make no pods', '    if (kindsWithoutPods.has(name)) return undefined\n'],
      [
        'what has a type of its own is not guessed at',
        'if (typed === undefined || node.value !== typed) pushBelow',
        'pushBelow',
      ],
      ['words of users make no pods', 'isTextMap(node) ? undefined : podLike(value)', 'podLike(value)'],
      [
        'only words are words of users',
        " && isObject(value) && Object.values(value).every((text) => typeof text === 'string')",
        '',
      ],
      ['parts of a pod are no pods', '    if (this.#covered.has(template.spot.path)) return\n'],
      [
        'annotations beside a pod count',
        ").at('metadata')\n    this.#keep({ place,",
        ").at('nothing')\n    this.#keep({ place,",
      ],
    ],
  ),
  ...dangerGuards(
    'pod-templates',
    ['objects'],
    [
      ['too many contexts are refused', 'this.#parts += 1 + containers', 'this.#parts += containers'],
      ['too many containers are refused', ' + containers.length + volumes', ' + volumes'],
      ['too many volumes are refused', ' + volumes.length\n', '\n'],
      ['depths are refused', 'node.depth > deepest || ', ''],
      ['long paths are refused', ' || node.length > longestPath', ''],
      [
        'what is too large is refused',
        "      if ((this.#nodes += 1) > mostNodes) return 'the object is too large to be looked through'\n",
      ],
    ],
  ),
  ...dangerGuards(
    'pod-like',
    ['pod-security'],
    [
      ['lists of containers make a pod', 'if (lists.has(name) && holdsObjects(below)) hasLists = true', ''],
      ['lists of names are no containers', 'lists.has(name) && holdsObjects(below)', 'lists.has(name)'],
      ['a container has an image', "name === 'image' && typeof below === 'string'", "name === 'images'"],
      ['an image alone is no container', ' && (isOfContainer || hasResources)', ''],
      ['an image with ports is a container', '(isOfContainer || hasResources)', 'hasResources'],
      ['an image with resources is a container', '(isOfContainer || hasResources)', 'isOfContainer'],
      ['namespaces of the host make a pod', "if (ofPods.has(name) && below !== false) place = 'container'", ''],
      ['volumes make a pod', "if (name === 'volumes' && holdsObjects(below)) place = 'container'", ''],
      ['a context is one under any name', "if (ofContexts.has(name) && below !== false) place ??= 'context'", ''],
      [
        'capabilities are those of a context',
        "if (name === 'capabilities' && (own(below, 'add') ?? own(below, 'drop')) !== undefined) place ??= 'context'",
        '',
      ],
      ['other capabilities are not', " && (own(below, 'add') ?? own(below, 'drop')) !== undefined", ''],
      ['a host path is a volume', "if (name === 'hostpath') place ??= 'volume'", ''],
      ['names are read in any case', 'const name = key.toLowerCase()', 'const name = key'],
      [
        'a container with an image may have more containers',
        'return hasImage || isOfContainer ?',
        'return isOfContainer ?',
      ],
      [
        'a container without an image may have more containers',
        'return hasImage || isOfContainer ?',
        'return hasImage ?',
      ],
    ],
  ),
  ...dangerGuards(
    'pod-template',
    ['pod-security'],
    [
      ['initContainers are containers', "'initContainers', ", ''],
      ['ephemeralContainers are containers', ", 'ephemeralContainers'", ''],
      ['a lone container is judged', "  if (place === 'container') containers.push(spot)\n"],
      [
        'a context of all containers is judged',
        "place === 'found' && onlyOfContainers",
        "place === 'volume' && onlyOfContainers",
      ],
      [
        'a lone context is judged',
        'context: spot, containers: [{ spot: nothing, context: spot }]',
        'context: spot, containers: []',
      ],
      ['a lone volume is judged', 'containers: [], volumes: [spot], metadata', 'containers: [], volumes: [], metadata'],
    ],
  ),
]

const slack = (name) => `packages/approver-slack/src/${name}.ts`
const tests = (...names) => names.map((name) => `packages/approver-slack/test/${name}.test.ts`)
const interactions = tests('interactions')

/** Slack: what the app is installed in, and whose members decide. */
export const slackInstallGuards = [
  {
    name: 'an app of a whole organisation is refused',
    file: slack('interaction'),
    find: "(payload['is_enterprise_install'] ?? false) !== orgWide",
    replace: 'orgWide && payload[String()] === orgWide',
    tests: interactions,
    only: 'has another form',
  },
  {
    name: 'an organisation is named where the app is its own',
    file: slack('interaction'),
    find: "  if (orgWide && organisation !== enterprise) return 'foreign-team'\n",
    replace: '',
    tests: interactions,
    only: 'no organisation',
  },
  {
    name: 'a workspace is left out by apps of organisations alone',
    file: slack('interaction'),
    find: 'const isOrgs = orgWide && ',
    replace: 'const isOrgs = ',
    tests: interactions,
    only: 'no workspace',
  },
  {
    name: 'not everybody of an organisation decides',
    file: slack('members'),
    find: 'enterprise_id === enterprise && Array.isArray(teams) && (teams as readonly unknown[]).some(isHome)',
    replace: 'enterprise_id === enterprise || Array.isArray(teams) || isHome(teams)',
    tests: interactions,
    only: 'whole organisation',
  },
  {
    name: 'a member is of our organisation',
    file: slack('members'),
    find: 'return enterprise_id === enterprise && ',
    replace: 'return enterprise_id !== null && ',
    tests: interactions,
    only: 'whole organisation',
  },
  {
    name: 'whoever is of an organisation alone is of no workspace',
    file: slack('members'),
    find: 'return isHome(team_id)',
    replace: 'return isHome(team_id) || team_id === enterprise',
    tests: interactions,
    only: 'whole organisation',
  },
  {
    name: 'the token is of an app that is installed as is said',
    file: slack('workspace'),
    find: "    if ((is_enterprise_install === true) !== orgWide) return 'other-install'\n",
    replace: '',
    tests: interactions,
    only: 'keeps the relay from starting',
  },
  {
    name: 'a payload is of our workspace',
    file: slack('interaction'),
    find: "  if (!isOrgs && !isOneOf(workspaces, teamId)) return 'foreign-team'\n",
    replace: '',
    tests: interactions,
    only: 'has another form',
  },
  {
    name: 'a payload is of our organisation, or of none',
    file: slack('interaction'),
    find: 'id !== undefined && id !== enterprise)',
    replace: "id === '')",
    tests: interactions,
    only: 'has another form',
  },
]

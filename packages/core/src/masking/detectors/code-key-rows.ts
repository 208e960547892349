import type { KeyRow } from './key-row.js'
import { beside, uuid } from './key-row.js'

/** Where code is kept, packages are published, and both are built. */
export const codeRows: readonly KeyRow[] = [
  {
    // A token of an installation may be its application's number and a JSON Web Token; its end may be beyond what is looked at.
    vendor: 'GitHub',
    source: 'docs.github.com: Token formats; Generating an installation access token, the stateless format',
    keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    pattern: /(?<![a-z\d])(?:gh[pousr]_[a-z\d]{36,255}(?!\w)|ghs_\d{1,12}_eyJ[\w-]{10,700}(?:\.[\w-]{4,1200}){0,2})/gi,
  },
  {
    vendor: 'GitHub fine-grained',
    source: 'docs.github.com: Token formats',
    keywords: ['github_pat_'],
    pattern: /(?<![a-z\d])github_pat_\w{82,255}/gi,
  },
  {
    vendor: 'GitLab',
    source: 'docs.gitlab.com: Token overview, token prefixes',
    keywords: [
      'glpat-',
      'gldt-',
      'glrt-',
      'glrtr-',
      'glptt-',
      'glcbt-',
      'glft-',
      'glimt-',
      'glagent-',
      'glsoat-',
      'gloas-',
      'glffct-',
      'glwt-',
    ],
    pattern: /(?<![a-z\d])gl(?:pat|dt|rt|rtr|ptt|cbt|ft|imt|agent|soat|oas|ffct|wt)-[\w.=-]{20,300}/gi,
  },
  {
    vendor: 'GitLab registration',
    source: 'docs.gitlab.com: Token overview, runner registration tokens',
    keywords: ['gr1348941'],
    pattern: /(?<!\w)GR1348941[\w-]{20}(?![\w-])/g,
  },
  {
    vendor: 'GitLab session',
    source: 'docs.gitlab.com: Cookies used for authentication; gitleaks: gitlab-session-cookie',
    keywords: ['_gitlab_session='],
    pattern: /_gitlab_session=(?<secret>[\da-z]{32,64})(?!\w)/g,
  },
  {
    vendor: 'Atlassian',
    source: 'support.atlassian.com: Manage API tokens; Bitbucket access tokens; Trello API introduction',
    keywords: ['atatt3', 'atctt3', 'atbb', 'atta'],
    pattern: /(?<!\w)(?:AT[AC]TT3[\w=-]{60,260}|ATBB[a-z\d]{32,60}|ATTA[\da-f]{72}(?!\w))/gi,
  },
  {
    vendor: 'npm',
    source: 'docs.npmjs.com: About access tokens; github.blog: new npm access token format',
    keywords: ['npm_'],
    pattern: /(?<!\w)npm_[a-z\d]{36}(?!\w)/gi,
  },
  {
    vendor: 'PyPI',
    source: 'pypi.org: Help, API tokens',
    keywords: ['pypi-ag'],
    pattern: /(?<!\w)pypi-Ag(?:EIcHlwaS5vcmc|ENdGVzdC5weXBpLm9yZw)[\w-]{50,1000}/g,
  },
  {
    vendor: 'RubyGems',
    source: 'guides.rubygems.org: API key scopes; gitleaks: rubygems-api-token',
    keywords: ['rubygems_'],
    pattern: /(?<!\w)rubygems_[\da-f]{48}(?!\w)/g,
  },
  {
    vendor: 'crates.io',
    source: 'github.com/rust-lang/crates.io: util/token',
    keywords: ['cio'],
    pattern: /(?<!\w)cio[A-Za-z\d]{32}(?!\w)/g,
    random: true,
  },
  {
    vendor: 'NuGet',
    source: 'github.com/microsoft/security-utilities: SEC101/031',
    keywords: ['oy2'],
    pattern: /(?<!\w)oy2[a-p][\da-z]{15}[aq][\da-z]{11}[eu][bdfhjlnprtvxz357][a-p][\da-z]{11}[aeimquy4](?!\w)/g,
  },
  {
    vendor: 'Clojars',
    source: 'github.com/clojars/clojars-web: Deploy tokens; gitleaks: clojars-api-token',
    keywords: ['clojars_'],
    pattern: /(?<!\w)CLOJARS_[a-z\d]{60}(?!\w)/gi,
  },
  {
    vendor: 'JFrog',
    source: 'jfrog.com: Access tokens, reference tokens; gitleaks: artifactory-api-key, artifactory-reference-token',
    keywords: ['akcp', 'cmvmd'],
    pattern: /(?<!\w)(?:AKCp[A-Za-z\d]{69}|cmVmd[A-Za-z\d]{59})(?!\w)/g,
  },
  {
    vendor: 'Buildkite',
    source: 'buildkite.com: Managing API access tokens; kingfisher: buildkite.1',
    keywords: ['bkua_'],
    pattern: /(?<!\w)bkua_[a-z\d]{40}(?!\w)/g,
  },
  {
    vendor: 'CircleCI',
    source: 'circleci.com: Managing API tokens; kingfisher: circleci.1, circleci.3',
    keywords: ['ccipat_', 'cciprj_'],
    pattern: /(?<!\w)CCIP(?:AT|RJ)_[A-Za-z\d]{22}_[\da-f]{40}(?!\w)/g,
  },
  {
    vendor: 'SonarQube',
    source: 'docs.sonarsource.com: Managing your tokens; kingfisher: sonarqube.1',
    keywords: ['sqp_', 'squ_', 'sqa_'],
    pattern: /(?<!\w)sq[pua]_[\da-f]{40}(?!\w)/g,
  },
  {
    vendor: 'Snyk',
    source: 'docs.snyk.io: Authentication for API; kingfisher: snyk.1',
    keywords: ['snyk'],
    pattern: uuid,
    ...beside('snyk_token', 'snyk_api', 'snyk_key', 'snyk-token', 'snyk token'),
  },
  {
    vendor: 'Sourcegraph',
    source: 'sourcegraph.com: Access tokens; gitleaks: sourcegraph-access-token',
    keywords: ['sgp_'],
    pattern: /(?<!\w)sgp_(?:(?:[\da-f]{16}|local)_)?[\da-f]{40}(?!\w)/gi,
  },
  {
    vendor: 'Postman',
    source: 'learning.postman.com: Postman API authentication; gitleaks: postman-api-token',
    keywords: ['pmak-'],
    pattern: /(?<!\w)PMAK-[\da-f]{24}-[\da-f]{34}(?!\w)/g,
  },
]

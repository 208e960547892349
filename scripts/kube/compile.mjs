import { mkdirSync, readFileSync, symlinkSync, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { run } from './run.mjs'

const project = 'k8s.io/kubernetes'

/**
 * Compiles kube-apiserver from the source to `target`, and calls `onPackage` after each package. Kubernetes' own make also
 * compiles and runs the generators of what the source package has already, which takes most of its time.
 */
export async function compileServer({ source, work, target, onPackage }) {
  const workspace = join(source, '.go/src', project)
  mkdirSync(dirname(workspace), { recursive: true })
  if (!existsSync(workspace)) symlinkSync('../../..', workspace)
  const options = {
    cwd: workspace,
    env: {
      HOME: work,
      // Where this is, the source is found within GOPATH.
      PWD: workspace,
      PATH: `/usr/lib/go/bin:${process.env.PATH}`,
      GOPATH: join(source, '.go'),
      GO111MODULE: 'off',
      CGO_ENABLED: '0',
      // Without the clients of five clouds, which are half of it.
      GOFLAGS: '-p=2 -v -tags=providerless,dockerless',
      // Memory for time.
      GOGC: '400',
    },
    onLine: (line) => {
      if (/^\S+\/\S+$/.test(line)) onPackage()
    },
  }
  await describeApi({ source, work, options })
  await run('go', ['build', '-ldflags', linking(), '-o', target, './cmd/kube-apiserver'], options)
}

/** Writes the one generated file that the source package lacks: the descriptions of all types. */
async function describeApi({ source, work, options }) {
  const generator = join(work, 'openapi-gen')
  await run('go', ['build', '-o', generator, `./vendor/k8s.io/kube-openapi/cmd/openapi-gen`], options)
  const report = join(work, 'violations')
  const [name, header] = ['zz_generated.openapi', 'vendor/k8s.io/code-generator/hack/boilerplate.go.txt']
  const from = ['-i', (await describedPackages(source)).join(','), '-h', header]
  await run(generator, [...from, '-p', `${project}/pkg/generated/openapi`, '-O', name, '-r', report], options)
  const known = join(source, 'api/api-rules/violation_exceptions.list')
  if (readFileSync(report, 'utf8') !== readFileSync(known, 'utf8')) {
    throw new Error('The API of Kubernetes was not described as it should be.')
  }
}

async function describedPackages(source) {
  const found = new Set()
  const folders = ['pkg', 'cmd', 'plugin', 'staging/src/k8s.io']
  await run('grep', ['-rl', '--include=*.go', '+k8s:openapi-gen=', ...folders], {
    cwd: source,
    onLine: (file) => found.add(dirname(file).replace(/^staging\/src\//, 'vendor/')),
  })
  const ofExamples = /^vendor\/k8s\.io\/(?:code-generator|sample-apiserver)\//
  return [...found]
    .filter((folder) => !ofExamples.test(folder))
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((folder) => `${project}/${folder}`)
}

/** Without what debuggers need, and with what the server says of itself. */
function linking() {
  const said = { gitVersion: 'v1.20.2', gitMajor: '1', gitMinor: '20', gitCommit: 'debian', gitTreeState: 'clean' }
  const places = ['client-go/pkg', 'component-base'].map((place) => `${project}/vendor/k8s.io/${place}/version`)
  const values = places.flatMap((place) => Object.entries(said).map(([key, value]) => `-X ${place}.${key}=${value}`))
  return ['-s -w', ...values].join(' ')
}

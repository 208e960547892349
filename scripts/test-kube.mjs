// `npm run test:kube`: the tests on a real Kubernetes API server, which is built the first time. Words choose among their files.
import { ensureInstalled } from './ensure-installed.mjs'
import { kubernetesAssets } from './kube/assets.mjs'
import { installPackages } from './kube/debian-packages.mjs'
import { runSteps } from './run-steps.mjs'
import { steps } from './steps.mjs'

const words = process.argv.slice(2)
await ensureInstalled()
await installPackages('openssl')
process.env.KUBEBUILDER_ASSETS = await kubernetesAssets()
const [kube] = steps(['kube'])
const run = kube.run.map(({ command }) => ({ command: [command, ...words].join(' ') }))
process.exitCode = await runSteps([{ ...kube, run }])

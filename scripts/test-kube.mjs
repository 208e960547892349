// `npm run test:kube`: the tests on a real Kubernetes API server, which is built the first time, and the examples that need its
// kubectl. Words choose among the files of the tests.
import { ensureInstalled } from './ensure-installed.mjs'
import { kubernetesAssets } from './kube/assets.mjs'
import { installPackages } from './kube/debian-packages.mjs'
import { runSteps } from './run-steps.mjs'
import { kubeSteps } from './steps.mjs'

await ensureInstalled()
await installPackages('openssl')
process.env.KUBEBUILDER_ASSETS = await kubernetesAssets()
process.exitCode = await runSteps(kubeSteps(process.argv.slice(2)))

// Builds what `npm run test:kube` needs unless it is there, and needs nothing installed for that.
import { kubernetesAssets } from './kube/assets.mjs'
import { installPackages } from './kube/debian-packages.mjs'

await installPackages('openssl')
console.log(`Kubernetes is in ${await kubernetesAssets()}`)

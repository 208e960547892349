import { k8sAnswerGuards } from './k8s-answers.mjs'
import { k8sDoorGuards } from './k8s-door.mjs'
import { k8sEvidenceGuards } from './k8s-evidence.mjs'
import { k8sHandedGuards } from './k8s-handed.mjs'
import { k8sLimitGuards } from './k8s-limits.mjs'
import { k8sLoopbackGuards } from './k8s-loopback.mjs'
import { k8sMaskingGuards } from './k8s-masking.mjs'
import { k8sMaskingStreamGuards } from './k8s-masking-streams.mjs'
import { k8sMaskingPlainGuards } from './k8s-masking-plain.mjs'
import { k8sMaskingTextGuards } from './k8s-masking-texts.mjs'
import { k8sMaskingUrlGuards } from './k8s-masking-urls.mjs'
import { k8sRequestBodyGuards } from './k8s-request-bodies.mjs'
import { k8sRequestGuards } from './k8s-request.mjs'
import { k8sRequestHeaderGuards } from './k8s-request-headers.mjs'
import { k8sRequestJsonGuards } from './k8s-request-json.mjs'
import { k8sStreamGuards } from './k8s-streams.mjs'
import { kubernetesDangerGuards } from './k8s-danger.mjs'
import { tinyKubernetesGuards } from './k8s-tiny.mjs'

/** What guards the Kubernetes door, by the name of the list. */
export const kubernetesLists = {
  'k8s-answers': k8sAnswerGuards,
  'k8s-danger': kubernetesDangerGuards,
  'k8s-door': k8sDoorGuards,
  'k8s-evidence': k8sEvidenceGuards,
  'k8s-handed': k8sHandedGuards,
  'k8s-limits': k8sLimitGuards,
  'k8s-loopback': k8sLoopbackGuards,
  'k8s-masking': k8sMaskingGuards,
  'k8s-masking-streams': k8sMaskingStreamGuards,
  'k8s-masking-plain': k8sMaskingPlainGuards,
  'k8s-masking-texts': k8sMaskingTextGuards,
  'k8s-masking-urls': k8sMaskingUrlGuards,
  'k8s-request': k8sRequestGuards,
  'k8s-request-bodies': k8sRequestBodyGuards,
  'k8s-request-headers': k8sRequestHeaderGuards,
  'k8s-request-json': k8sRequestJsonGuards,
  'k8s-streams': k8sStreamGuards,
  'k8s-tiny': tinyKubernetesGuards,
}

import type { JsonValue } from '../../json.js'
import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import { words } from '../words.js'

/** What containers may have by default, but for NET_RAW. */
const defaults: ReadonlySet<JsonValue | undefined> = new Set(
  words(`
  AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID
  SYS_CHROOT
`),
)

/** Baseline: no capability beyond the defaults. */
export function checkAddedCapabilities({ containers }: PodParts, findings: Findings): void {
  for (const { context } of containers) {
    for (const added of context.at('capabilities', 'add').members) {
      if (!defaults.has(added.value))
        findings.add('baseline', 'capabilities_baseline', added.path, 'adds a capability beyond the defaults')
    }
  }
}

/** Restricted: all capabilities are dropped, and at most NET_BIND_SERVICE comes back. */
export function checkDroppedCapabilities({ containers }: PodParts, findings: Findings): void {
  const forbid = (path: string, message: string) => findings.add('restricted', 'capabilities_restricted', path, message)
  for (const { context } of containers) {
    const drop = context.at('capabilities', 'drop')
    if (!drop.members.some(({ value }) => value === 'ALL')) forbid(drop.path, 'does not drop ALL capabilities')
    for (const added of context.at('capabilities', 'add').members) {
      if (added.value !== 'NET_BIND_SERVICE') forbid(added.path, 'adds a capability other than NET_BIND_SERVICE')
    }
  }
}

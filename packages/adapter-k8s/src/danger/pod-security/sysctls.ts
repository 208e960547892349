import type { Findings } from '../finding.js'
import type { PodParts } from '../pod-template.js'
import { words } from '../words.js'

const safe = words(`
  kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.ip_local_reserved_ports
  net.ipv4.ip_unprivileged_port_start net.ipv4.ping_group_range net.ipv4.tcp_fin_timeout
  net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_keepalive_time net.ipv4.tcp_rmem
  net.ipv4.tcp_syncookies net.ipv4.tcp_wmem
`)

/** Baseline: only settings of the kernel that are the pod's alone. */
export function checkSysctls({ context }: PodParts, findings: Findings): void {
  for (const sysctl of context.at('sysctls').members) {
    const name = sysctl.at('name')
    if (!name.isSet || !name.isUnsetOr(...safe))
      findings.add('baseline', 'sysctls', name.path, 'changes a setting of the kernel that is not safe')
  }
}

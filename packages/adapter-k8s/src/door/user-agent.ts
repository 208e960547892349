/** Who the audit log of the cluster says asked: the agent, and the first characters of its session's id. */
export function userAgentOf(subject: string, shortId: string): string {
  return `bothkeys/${subject.replaceAll(/[^\w.@-]/g, '_').slice(0, 128)}/${shortId}`
}

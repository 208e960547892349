export const approvals = []

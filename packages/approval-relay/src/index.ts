export type { AccountLinks, ChannelAccount, LinkEntry } from './linked-account.js'
export type {
  Admission,
  DecisionWay,
  DeskAnswer,
  DeskDecision,
  DeskEnd,
  DeskEntry,
  DeskEvents,
  DeskLevel,
  DeskPerson,
  DeskReceipt,
  DeskRefusal,
  DeskSubject,
  HistoryLine,
  PersonView,
  ShownRequest,
} from './desk.js'
export type { ApprovalChannel, ChannelDesk } from './channel.js'
export type { Incoming, Outgoing, Route } from './http/route.js'
export type { LoggedIn, LoginMethod } from './logins/login-method.js'
export type { RelayClock } from './relay-clock.js'
export type { Signer } from './signer.js'
export { createSignerKey, fileSigner } from './file-signer.js'
export type { OidcLoginOptions } from './logins/oidc-login.js'
export { oidcLogin } from './logins/oidc-login.js'
export type { RelayMask } from './masks.js'
export type { PageOptions } from './pages/page-routes.js'
export type { Relay } from './relay.js'
export { createRelay } from './relay.js'
export type { RelayLimits } from './relay-limits.js'
export type { RelayOptions } from './relay-options.js'

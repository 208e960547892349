export type {
  AccountLinks,
  Admission,
  ApprovalChannel,
  ChannelAccount,
  ChannelDesk,
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
  Incoming,
  LinkEntry,
  LoggedIn,
  LoginMethod,
  Outgoing,
  PersonView,
  RelayClock,
  Route,
  ShownRequest,
  Signer,
} from './ports.js'
export { createSignerKey, fileSigner } from './file-signer.js'
export type { OidcLoginOptions } from './logins/oidc-login.js'
export { oidcLogin } from './logins/oidc-login.js'
export type { RelayMask } from './masks.js'
export type { PageOptions } from './pages/page-routes.js'
export type { Relay } from './relay.js'
export { createRelay } from './relay.js'
export type { RelayLimits } from './relay-limits.js'
export type { RelayOptions } from './relay-options.js'

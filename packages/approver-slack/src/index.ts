export type { SlackChannelOptions } from './options.js'
export { interactionsPath, slackChannel } from './slack-channel.js'

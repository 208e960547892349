export { crowd, type Name, people } from './crowd.js'
export { openSlackStage, type SlackStage } from './slack-stage.js'

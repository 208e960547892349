export type { Stage } from './stage.js'
export { openStage, People, policy } from './stage.js'
export { StubTool } from './stub-tool.js'
export { type ToolStage, openToolStage } from './tool-stage.js'

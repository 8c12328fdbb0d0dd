export { ensureTool, type ToolOptions } from './tools/ensure-tool.js';
export { type ToolName, toolName, TOOLS } from './tools/catalogue.js';

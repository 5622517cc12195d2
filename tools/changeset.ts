/** `npm run changeset -- COMMAND`: changesets, from tools/ci. */
import { ciTool } from './ci-tools.ts';
import { spawnSync } from 'node:child_process';
import { root } from './workspace.ts';

const tool = ciTool('changeset', '@changesets/cli');
process.exit(spawnSync('node', [tool, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' }).status ?? 1);

// The list of commands, in the order of the help.
import { AGAIN } from './commands/again.ts';
import { ASKING } from './commands/asking.ts';
import { BUILDING } from './commands/building.ts';
import type { Command } from './commands/command.ts';
import { DEPLOYING } from './commands/deploying.ts';
import { DESCRIBING } from './commands/describing.ts';
import { EXPORT } from './commands/export.ts';
import { FEEDING } from './commands/feeding.ts';
import { HOLD } from './commands/hold.ts';
import { LIVE } from './commands/live.ts';
import { SIDE_DOORS } from './commands/side-doors.ts';
import { SIZING } from './commands/sizing.ts';
import { STATE } from './commands/state.ts';
import { STORED } from './commands/stored.ts';
import { TRYING } from './commands/trying.ts';

export type { Call, Command, ExitCode, Options } from './commands/command.ts';

export const COMMANDS: readonly Command[] = [
  ...LIVE,
  ...BUILDING,
  ...DEPLOYING,
  ...TRYING,
  ...DESCRIBING,
  ...SIZING,
  ...STORED,
  ...SIDE_DOORS,
  ...AGAIN,
  ...ASKING,
  ...EXPORT,
  ...HOLD,
  ...STATE,
  ...FEEDING,
];

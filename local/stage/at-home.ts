// An operator's command that changes the state of a stage asks first whose state its table holds, as functions do: on a copy of a table a
// replay that was cancelled since still runs.
import { Fault } from '../../shared/faults.ts';
import { homeOf } from '../../shared/steps/home.ts';
import { StageError, type StageHere } from './stage-here.ts';

/** @throws StageError when the table is a copy that `millrace restore` has not brought back */
export const mustBeAtHome = async ({ ledger, run }: Pick<StageHere, 'ledger' | 'run'>): Promise<void> => {
  try {
    await homeOf({ table: ledger, run })();
  } catch (error) {
    if (error instanceof Fault) throw new StageError(error.message);
    throw error;
  }
};

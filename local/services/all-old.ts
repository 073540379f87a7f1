// dynalite 4.0.0 ignores ReturnValuesOnConditionCheckFailure (its issue 182). This teaches it ALL_OLD: the error of a failed condition
// carries the item that stood there. It reaches into the package, whose version is pinned for that reason.
import db from 'dynalite/db/index.js';
import deleteItem from 'dynalite/validations/deleteItem.js';
import putItem from 'dynalite/validations/putItem.js';
import updateItem from 'dynalite/validations/updateItem.js';

const FIELD = 'ReturnValuesOnConditionCheckFailure';

let taught = false;

export const teachAllOld = (): void => {
  if (taught) return;
  taught = true;
  for (const operation of [putItem, updateItem, deleteItem])
    operation.types[FIELD] = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
  const check = db.checkConditional;
  db.checkConditional = (data, item) => {
    const error = check(data, item);
    if (error && item && data[FIELD] === 'ALL_OLD') error.body.Item = item;
    return error;
  };
};

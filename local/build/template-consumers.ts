import type { Template } from '../template/template.ts';
import type { Consumer } from './consumers.ts';

/** Every mapping of serverless.yml that reads a stream and is switched on, streams by their short names. */
export const consumersOf = (template: Template): readonly Consumer[] =>
  template.functions.flatMap((fn) =>
    fn.triggers.flatMap((trigger) =>
      trigger.kind === 'stream' && trigger.enabled
        ? [
            {
              stream: trigger.stream.replace(`${template.service}-${template.stage}-`, ''),
              function: fn.name,
              enhanced: fn.consumers === 'enhanced',
              file: `functions/${fn.name}/function.yml`,
            },
          ]
        : [],
    ),
  );

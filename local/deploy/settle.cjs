// Conditions on parameters are known when a template is packaged: what they leave out is taken out, and so is `AWS::NoValue`, so that
// CloudFormation, linters and readers see only what will be there.

const isMap = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNoValue = (value) => isMap(value) && value.Ref === 'AWS::NoValue';

/** true or false; undefined when only CloudFormation can know. */
const decide = (condition) => {
  if (!isMap(condition)) return undefined;
  const [fn, arguments_] = Object.entries(condition)[0] ?? [];
  switch (fn) {
    case 'Fn::Equals':
      return arguments_.every((a) => !isMap(a)) ? String(arguments_[0]) === String(arguments_[1]) : undefined;
    case 'Fn::Not': {
      const inner = decide(arguments_[0]);
      return inner === undefined ? undefined : !inner;
    }
    default:
      return undefined;
  }
};

/** @param template a compiled template, changed in place */
const settle = (template) => {
  const known = new Map(
    Object.entries(template.Conditions ?? {}).flatMap(([name, c]) =>
      decide(c) === undefined ? [] : [[name, decide(c)]],
    ),
  );
  const walk = (value) => {
    if (Array.isArray(value)) return value.map(walk).filter((v) => v !== undefined);
    if (!isMap(value)) return value;
    if (isNoValue(value)) return undefined;
    const branches = value['Fn::If'];
    if (branches !== undefined) {
      const [name, yes, no] = branches;
      if (known.has(name)) return walk(known.get(name) ? yes : no);
      const keep = (v) => (isNoValue(v) ? v : walk(v)); // CloudFormation takes it out
      return { 'Fn::If': [name, keep(yes), keep(no)] };
    }
    return Object.fromEntries(
      Object.entries(value).flatMap(([k, v]) => {
        const walked = walk(v);
        return walked === undefined ? [] : [[k, walked]];
      }),
    );
  };
  for (const part of ['Resources', 'Outputs']) {
    const entries = template[part] ?? {};
    for (const [id, entry] of Object.entries(entries)) {
      if (known.get(entry.Condition) === false) {
        delete entries[id];
        continue;
      }
      const { Condition, ...rest } = entry;
      entries[id] = walk(known.has(Condition) || Condition === undefined ? rest : entry);
    }
  }
  for (const name of known.keys()) delete template.Conditions[name];
  if (template.Conditions !== undefined && Object.keys(template.Conditions).length === 0) delete template.Conditions;
};

module.exports = { settle };

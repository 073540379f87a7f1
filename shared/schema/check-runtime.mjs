// Travels as text into the module of compiled schemas (compile.ts), around the functions that ajv wrote.

/** CommonJS seen through `import * as`: Node puts its exports under `default`, a bundler may not. */
const millraceModule = (namespace) => (namespace.default?.__esModule ? namespace.default : namespace);

const millraceHasBigint = (value) => {
  if (typeof value === 'bigint') return true;
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(millraceHasBigint);
  for (const name in value) if (millraceHasBigint(value[name])) return true;
  return false;
};

/** Integers beyond 2^53 are checked as the nearest double: ajv knows numbers only. */
const millraceAsNumbers = (value) => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(millraceAsNumbers);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, millraceAsNumbers(part)]));
};

const millraceEscape = (name) => String(name).replaceAll('~', '~0').replaceAll('/', '~1');

const millraceValueAt = (root, pointer) => {
  let value = root;
  for (const part of pointer.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
};

/** ajv's last error is the rule that failed; those before it are the branches of that rule. */
const millraceExplain = (errors, data) => {
  const last = errors[errors.length - 1];
  const error = last.keyword === 'if' && errors.length > 1 ? errors[errors.length - 2] : last;
  const { keyword, params, message } = error;
  let field = error.instancePath;
  let cause = message;
  if (keyword === 'required' || keyword === 'dependentRequired' || keyword === 'dependencies') {
    field += `/${millraceEscape(params.missingProperty)}`;
    cause = keyword === 'required' ? 'is required' : `is required when ${params.property} is present`;
  } else if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    field += `/${millraceEscape(params.additionalProperty ?? params.unevaluatedProperty)}`;
    cause = 'is not a property that the schema allows';
  } else if (keyword === 'propertyNames') {
    field += `/${millraceEscape(params.propertyName)}`;
    cause = 'is not a name that the schema allows';
  } else if (keyword === 'enum')
    cause = `must be one of ${params.allowedValues
      .slice(0, 20)
      .map((value) => JSON.stringify(value))
      .join(', ')}`;
  else if (keyword === 'const') cause = `must be ${JSON.stringify(params.allowedValue)}`;
  else if (keyword === 'false schema') cause = 'is not allowed here';
  return { field, cause: cause ?? keyword, value: millraceValueAt(data, field) };
};

const millraceCheck = (validate) => (data) => {
  if (validate(millraceHasBigint(data) ? millraceAsNumbers(data) : data)) return null;
  return millraceExplain(validate.errors, data);
};

export { millraceCheck, millraceModule };

// The secret of a webhook: the text that the third party was given, or {"secrets": ["new", "old"]} while one takes the other's place.
import { Fault } from '../../faults.ts';

const MOST = 4;

/** @throws Fault `setting.invalid`, without a word of the secret itself */
export const hookSecretsOf = (text: string): readonly Buffer[] => {
  const broken = (): never => {
    throw new Fault(
      'setting.invalid',
      `the secret of a webhook is a text, or {"secrets": […]} with 1 to ${MOST} texts`,
    );
  };
  const trimmed = text.trim();
  if (trimmed === '') return broken();
  if (!trimmed.startsWith('{')) return [Buffer.from(trimmed)];
  let value: { readonly secrets?: unknown };
  try {
    value = JSON.parse(trimmed);
  } catch {
    return broken();
  }
  const { secrets } = value;
  const isList = Array.isArray(secrets) && secrets.length > 0 && secrets.length <= MOST;
  return isList && secrets.every((s) => typeof s === 'string' && s !== '')
    ? secrets.map((s: string) => Buffer.from(s))
    : broken();
};

export type SettingType = 'STRING' | 'INT' | 'DECIMAL' | 'BOOLEAN' | 'JSON' | 'HTML';

/** Bounds that a new value is checked against; shown to staff as the rules of the key. */
export interface SettingRules {
  min?: number;
  max?: number;
  values?: readonly string[];
  pattern?: string;
  maxLength?: number;
}

/** Why `PUT /admin/config/:key` refuses a key: another endpoint, with a permission of its own, is the way in. */
export interface ManagedElsewhere {
  endpoint: string;
}

/** One value that staff change at run time. Holds no secret: those come from the environment. */
export interface Setting<T = unknown> {
  readonly key: string;
  readonly type: SettingType;
  readonly defaultValue: T;
  readonly description: string;
  readonly rules: SettingRules;
  readonly managedElsewhere?: ManagedElsewhere;
  /** A value that follows something else and cannot be set at all. */
  readonly readOnly?: boolean;
}

type Options = SettingRules & Pick<Setting, 'managedElsewhere' | 'readOnly'>;

function define<T>(type: SettingType, key: string, defaultValue: T, description: string, options: Options = {}): Setting<T> {
  const { managedElsewhere, readOnly, ...rules } = options;
  return { key, type, defaultValue, description, rules, managedElsewhere, readOnly };
}

/** Constructors of settings; the definitions of a module stand together in its `<module>.settings.ts`. */
export const setting = {
  int: (key: string, defaultValue: number, description: string, options?: Options) => define('INT', key, defaultValue, description, options),
  boolean: (key: string, defaultValue: boolean, description: string, options?: Options) => define('BOOLEAN', key, defaultValue, description, options),
  string: (key: string, defaultValue: string, description: string, options?: Options) => define('STRING', key, defaultValue, description, options),
  json: <T>(key: string, defaultValue: T, description: string, options?: Options) => define<T>('JSON', key, defaultValue, description, options),
} as const;

/** @returns the name of the rule that `value` breaks, or null when it is acceptable. */
export function brokenRule({ type, rules, readOnly }: Setting, value: unknown): string | null {
  if (readOnly) return 'readOnly';
  switch (type) {
    case 'INT':
      if (typeof value !== 'number' || !Number.isSafeInteger(value)) return 'type';
      break;
    case 'BOOLEAN':
      if (typeof value !== 'boolean') return 'type';
      break;
    case 'DECIMAL':
      if (typeof value !== 'string' || !/^-?\d+(\.\d{1,2})?$/.test(value)) return 'type';
      break;
    case 'STRING':
    case 'HTML':
      if (typeof value !== 'string') return 'type';
      break;
    case 'JSON':
      if (value === undefined) return 'type';
      break;
  }
  if (typeof value === 'number') {
    if (rules.min !== undefined && value < rules.min) return 'min';
    if (rules.max !== undefined && value > rules.max) return 'max';
  }
  if (typeof value === 'string') {
    if (rules.values && !rules.values.includes(value)) return 'values';
    if (rules.pattern && !new RegExp(rules.pattern).test(value)) return 'pattern';
    if (rules.maxLength !== undefined && value.length > rules.maxLength) return 'maxLength';
  }
  return null;
}

import { DomainError } from '../../infrastructure/errors.js';
import type { Settings } from '../../infrastructure/settings/settings.js';
import { isEngaged, KILL_SWITCHES } from '../../services/admin/kill-switches.js';
import type { Check } from '../guard-chain.js';

/** Refuses every operation of a feature that staff has closed. */
export function killSwitchGuard(settings: Settings): Check {
  return ({ definition }) => {
    const name = definition.killSwitch!;
    const { answer } = KILL_SWITCHES[name];
    if (answer && isEngaged(settings, name)) throw new DomainError(answer);
  };
}

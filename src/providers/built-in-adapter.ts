import { z } from 'zod';
import type { AdapterFamily, ProviderAdapter, ProviderFamilies } from './provider-adapter.js';

/** An adapter that needs no account: there is nothing to set up, and one instance serves for good. */
export function builtInAdapter<Family extends AdapterFamily>(
  family: Family,
  id: string,
  provider: ProviderFamilies[Family],
): ProviderAdapter<Family> {
  return {
    family,
    id,
    builtIn: true,
    settings: z.strictObject({}),
    outboundSettings: [],
    credentials: [],
    create: () => provider,
  };
}

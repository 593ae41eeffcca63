import type { z } from 'zod';
import type { JobDefinition, JobHandler } from './job-definition.js';

interface RegisteredJob {
  definition: JobDefinition;
  handler: JobHandler;
}

/** The jobs that this process knows how to do. */
export class JobRegistry {
  private readonly jobs = new Map<string, RegisteredJob>();

  /** @throws Error when the name is taken. */
  register<Payload extends z.ZodType>(definition: JobDefinition<Payload>, handler: JobHandler<Payload>): void {
    if (this.jobs.has(definition.name)) throw new Error(`the job ${definition.name} is registered twice`);
    this.jobs.set(definition.name, { definition, handler: handler as JobHandler });
  }

  find(name: string): RegisteredJob | undefined {
    return this.jobs.get(name);
  }

  get definitions(): JobDefinition[] {
    return [...this.jobs.values()].map(({ definition }) => definition);
  }

  get names(): string[] {
    return [...this.jobs.keys()];
  }
}

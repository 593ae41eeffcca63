import type { OperationDefinition } from './declaration.js';
import type { OperationCall } from './request-context.js';
import { coerceRestArguments } from './rest-arguments.js';

/** An operation on its way to its resolver. */
export interface GuardedCall extends OperationCall {
  definition: OperationDefinition;
}

/** Lets a call pass or throws a documented error. */
export type Check = (call: GuardedCall) => Promise<void> | void;

/** Runs the rest of the chain, or answers in its place. */
export type Around = (call: GuardedCall, next: () => Promise<unknown>) => Promise<unknown>;

export interface Guards {
  killSwitch: Check;
  authentication: Check;
  permission: Check;
  liveSession: Check;
  stepUp: Check;
  rateLimit: Check;
  captcha: Check;
  idempotency: Around;
  /** Answers a stored result before the state of the account is looked at. */
  replay: Around;
  observe: Around;
}

/**
 * The way of every operation, the same over REST, GraphQL and WebSocket: kill switch, authentication and permission, live
 * session, step-up, rate limit, captcha, idempotency; then the arguments are read and validated and the resolver runs. An
 * operation pays only for the guards that its declaration asks for.
 */
export class GuardChain {
  private readonly chains = new Map<OperationDefinition, Check[]>();

  constructor(private readonly guards: Guards) {}

  run(call: GuardedCall, next: () => Promise<unknown>): Promise<unknown> {
    return this.guards.observe(call, async () => {
      const { definition } = call;
      if (definition.idempotent === 'replay-first') return this.guards.replay(call, () => this.checked(call, next));
      return this.checked(call, next);
    });
  }

  private async checked(call: GuardedCall, next: () => Promise<unknown>): Promise<unknown> {
    for (const check of this.checksOf(call.definition)) {
      const pending = check(call);
      if (pending) await pending;
    }
    const run = () => {
      readArguments(call);
      return next();
    };
    return call.definition.idempotent && call.context.idempotencyKey !== null ? this.guards.idempotency(call, run) : run();
  }

  private checksOf(definition: OperationDefinition): Check[] {
    let checks = this.chains.get(definition);
    if (!checks) {
      const { guards } = this;
      const bearer = definition.access !== 'public' && definition.authentication !== 'by-service';
      const live = definition.liveSession ?? definition.kind === 'mutation';
      checks = [
        definition.killSwitch && guards.killSwitch,
        bearer && guards.authentication,
        typeof definition.access === 'object' && guards.permission,
        bearer && live && definition.authentication !== 'appeal' && guards.liveSession,
        definition.stepUp && guards.stepUp,
        guards.rateLimit,
        definition.captcha && guards.captcha,
      ].filter((check) => typeof check === 'function');
      this.chains.set(definition, checks);
    }
    return checks;
  }
}

/** REST brings raw values: they become the arguments of the field only here, after the guards, as the contract orders. */
function readArguments({ context, args, info }: GuardedCall): void {
  if (context.surface !== 'rest') return;
  Object.assign(args, coerceRestArguments(info.fieldName, context.restArguments ?? {}));
}

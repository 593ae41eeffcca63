import DataLoader from 'dataloader';

/**
 * DataLoaders of one request, made when first asked for. The batch function is the key, so whoever loads the same rows
 * shares one statement a level.
 */
export class Loaders {
  private readonly loaders = new Map<unknown, DataLoader<unknown, unknown>>();

  /** Loads one row in a batch with all others that are asked for in the same tick. */
  load<Key, Value>(batch: BatchLoad<Key, Value>, key: Key): Promise<Value> {
    let loader = this.loaders.get(batch);
    if (!loader) {
      loader = new DataLoader((keys) => batch(keys as readonly Key[]), { maxBatchSize: 500 });
      this.loaders.set(batch, loader);
    }
    return loader.load(key) as Promise<Value>;
  }
}

/** Answers one value for each key, in the order of the keys. */
export type BatchLoad<Key, Value> = (keys: readonly Key[]) => Promise<ReadonlyArray<Value>>;

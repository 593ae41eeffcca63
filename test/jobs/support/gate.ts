/** Something to wait for until a test lets it happen. */
export function createGate(): { promise: Promise<unknown>; resolve: () => void } {
  const { promise, resolve } = Promise.withResolvers();
  return { promise, resolve: () => resolve(undefined) };
}

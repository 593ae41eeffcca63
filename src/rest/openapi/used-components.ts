/** `components` of a document: kind, name, object. */
export type Components = Readonly<Record<string, Readonly<Record<string, object>>>>;

const REFERENCE = /^#\/components\/([^/]+)\/(.+)$/;

/** The components that are reached from `root` by reference, directly or through others, in their order. */
export function usedComponents(root: unknown, components: Components): Components {
  const used = new Set<object>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { $ref } = node as { $ref?: unknown };
    const [, kind, name] = (typeof $ref === 'string' && REFERENCE.exec($ref)) || [];
    const target = components[kind ?? '']?.[name ?? ''];
    if (target && !used.has(target)) {
      used.add(target);
      visit(target);
    }
    Object.values(node).forEach(visit);
  };
  visit(root);

  const kinds = Object.entries(components).map(
    ([kind, entries]) =>
      [
        kind,
        Object.fromEntries(Object.entries(entries).filter(([, component]) => used.has(component))) as Record<
          string,
          object
        >,
      ] as const,
  );
  return Object.fromEntries(kinds.filter(([, entries]) => Object.keys(entries).length > 0));
}

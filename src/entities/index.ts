/** Every entity of the main database. */
export const entities: Array<new () => object> = [
];

/** Every entity of the analytics database. */
export const analyticsEntities: Array<new () => object> = [
];

/** JSON that travels between instances: ids, topics and times; never text, titles or amounts. */
export type BusPayload = Record<string, unknown>;
export type BusHandler = (payload: BusPayload) => void;

/**
 * Publish/subscribe between the instances of the server; at most once, no replay. Redis with several instances,
 * process memory without configuration.
 */
export interface MessageBus {
  /** Never rejects: who publishes has done its work already, and whoever listens can live without an event. */
  publish(channel: string, payload: BusPayload): Promise<void>;
  /** Listens until the returned function is called. The transport listens from the first local subscriber to the last. */
  subscribe(channel: string, handler: BusHandler): Promise<() => Promise<void>>;
  /** Called whenever a lost connection is back, since events may have been missed. Returns a function that stops it. */
  onReconnect(callback: () => void): () => void;
  close(): Promise<void>;
}

import { setting } from '../../infrastructure/settings/setting.js';

export const RealtimeSettings = {
  maxConnectionsPerUser: setting.int('realtime.max_connections_per_user', 10, 'open sockets of one user over all instances', { min: 1, max: 100 }),
  maxOperationsPerConnection: setting.int('realtime.max_operations_per_connection', 50, 'running subscriptions on one socket', { min: 1, max: 500 }),
} as const;

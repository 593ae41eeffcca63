/**
 * Lua for the sets of connections. Both scripts take
 * KEYS[1] `presence:{userId}`,
 * ARGV[1] the connection, ARGV[2] the instance that asks, ARGV[3] what stands before the id in an instance key.
 */

/** Removes connections whose instance died without saying so: its key has run out. The asking instance lives, evidently. */
const REMOVE_DEAD_CONNECTIONS = `
for _, connection in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local instance = string.match(connection, '^(.*):[^:]*$')
  if instance ~= ARGV[2] and (not instance or redis.call('EXISTS', ARGV[3] .. instance) == 0) then
    redis.call('SREM', KEYS[1], connection)
  end
end
`;

/** ARGV[4] life of the set in seconds. Answers the number of connections. */
export const CONNECT = `
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
${REMOVE_DEAD_CONNECTIONS}
return redis.call('SCARD', KEYS[1])
`;

/** KEYS[2] `presence:lastseen:{userId}`, ARGV[4] the time, ARGV[5] its life in seconds. */
export const DISCONNECT = `
redis.call('SREM', KEYS[1], ARGV[1])
${REMOVE_DEAD_CONNECTIONS}
if redis.call('EXISTS', KEYS[1]) == 0 then
  redis.call('SET', KEYS[2], ARGV[4], 'EX', ARGV[5])
end
`;

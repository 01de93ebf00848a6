export { type RedisArguments, type RedisClient, type RedisStoreOptions, redisBudgetStore } from './redis/redis-store.ts';

import { once } from 'node:events';
import { Client, Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { measure } from '../support/measure.ts';
import { hasPostgres, type Postgres, startPostgres } from '../support/start-postgres.ts';
import { vectorSpans } from '../support/vector-spans.ts';

describe.skipIf(!hasPostgres())('pg with a real PostgreSQL', () => {
  let server: Postgres;
  let pool: Pool;
  let sql: string;
  let near: string;

  beforeAll(async () => {
    server = await startPostgres();
    const type = server.hasPgvector ? 'vector' : 'float8[]';
    near = server.hasPgvector ? '[1,0]' : '{1,0}';
    sql = `SELECT id FROM articles ORDER BY embedding <-> $1::${type} LIMIT 1`;
    pool = new Pool(server.config);
  }, 60_000);
  afterAll(async () => {
    await pool?.end();
    await server?.[Symbol.asyncDispose]();
  });

  const counted = {
    name: 'query articles',
    'costspan.sku': 'pgvector/query',
    'costspan.usage.vector_queries': 1,
    'db.operation.name': 'query',
    'db.collection.name': 'articles',
    'db.response.returned_rows': 1,
  };

  test('vector queries of a pool are counted, others are not; what comes back, class and types are the same', async () => {
    const { costspan, spans } = measure();
    const metered = costspan.meter(pool);
    expectTypeOf(metered).toEqualTypeOf<Pool>();
    expect(metered).toBeInstanceOf(Pool);
    const found = await metered.query<{ id: number }>(sql, [near]);
    expect(found.rows).toEqual([{ id: 1 }]);
    expect(Object.getPrototypeOf(found)).toBe(Object.getPrototypeOf(await pool.query(sql, [near])));
    expect((await metered.query({ text: sql, values: [near], rowMode: 'array' })).rows).toEqual([[1]]);
    expect((await metered.query('SELECT count(*)::int AS count FROM articles')).rows).toEqual([{ count: 2 }]);
    expect(vectorSpans(await spans())).toEqual([counted, counted]);
  });

  test('a client of the pool is metered, by promise and by callback, and goes back to the pool', async () => {
    const { costspan, spans } = measure();
    const metered = costspan.meter(pool);
    const client = await metered.connect();
    expect(client).toBeInstanceOf(Client);
    await client.query('BEGIN');
    expect((await client.query(sql, [near])).rows).toEqual([{ id: 1 }]);
    await client.query('COMMIT');
    client.release();
    const byCallback = await new Promise((resolve, reject) => {
      metered.connect((error, other, release) => {
        if (error) return reject(error);
        other?.query(sql, [near], (failure, result) => {
          release();
          if (failure) reject(failure);
          else resolve(result.rows);
        });
      });
    });
    expect(byCallback).toEqual([{ id: 1 }]);
    expect([pool.totalCount, metered.totalCount, pool.idleCount]).toEqual([1, 1, 1]);
    expect(vectorSpans(await spans())).toEqual([counted, counted]);
  });

  test('events, chaining and properties are those of the pool', async () => {
    const metered = measure().costspan.meter(pool);
    const released = once(metered, 'release');
    expect(metered.on('error', () => undefined)).toBe(metered);
    await metered.query(sql, [near]);
    await released;
    expect(metered.listenerCount('error')).toBe(pool.listenerCount('error'));
    expect(metered.options).toBe(pool.options);
    pool.removeAllListeners();
  });

  test('a callback is called in its own turn, with the error of the database, and no promise comes back', async () => {
    const { costspan, spans } = measure();
    const client = costspan.meter(new Client(server.config));
    await client.connect();
    const [error, returned] = await new Promise<readonly unknown[]>((resolve) => {
      const returns: unknown = client.query('SELECT embedding <-> 7 FROM nowhere', (failure: unknown) =>
        resolve([failure, returns]),
      );
    });
    expect(error).toMatchObject({ code: '42P01' });
    expect(returned).toBeUndefined();
    await client.end();
    const [span] = await spans();
    expect(span?.attributes).toMatchObject({
      'error.type': '42P01',
      'db.collection.name': 'nowhere',
      'costspan.attempt.billable': 'possible',
    });
  });

  test('a rejection is the error of the database', async () => {
    const { costspan } = measure();
    await expect(costspan.meter(pool).query('SELECT 1 <=> 2 FROM articles')).rejects.toMatchObject({ code: '42883' });
    await expect(costspan.meter(pool).query(sql)).rejects.toMatchObject({ code: '42P02' });
  });

  test('what the library throws at once is thrown at once', async () => {
    const { costspan } = measure();
    const client = costspan.meter(new Client(server.config));
    await client.connect();
    const noCallback = { text: sql, values: [near], callback: 7 };
    expect(() => client.query(noCallback)).toThrow('callback is not a function');
    await client.end();
  });

  test('a hard budget refuses before the database is asked, to a promise and to a callback', async () => {
    const { costspan } = measure();
    await costspan.ready();
    const broke = costspan.budget({ per: 'item', type: 'ticket', currency: 'USD', hard: '0.01' });
    const metered = costspan.meter(pool);
    await costspan.workItem.run({ type: 'ticket', id: 'T-1', budgets: [broke] }, async () => {
      await expect(metered.query(sql, [near])).rejects.toThrow('sku pgvector/query');
      const refused = await new Promise((resolve) => metered.query(sql, [near], resolve));
      expect(refused).toMatchObject({ code: 'budget-exceeded' });
      expect((await metered.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    });
  });
});

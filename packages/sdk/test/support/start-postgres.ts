import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTemporaryFolder } from '@costspan/testkit';
import { Client } from 'pg';

const debianFolder = '/usr/lib/postgresql';

/** Folder of the programs of PostgreSQL: that of Debian's package, the newest; `POSTGRES_BIN` names another one. */
const postgresBin = (): string | undefined => {
  const named = process.env['POSTGRES_BIN'];
  const debian = existsSync(debianFolder) ? readdirSync(debianFolder).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = named === undefined ? debian.map((version) => join(debianFolder, version, 'bin')) : [named];
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
};

/** Whether tests with PostgreSQL can run here. Says so where they cannot. */
export const hasPostgres = (): boolean => {
  if (postgresBin() !== undefined) return true;
  console.log(`skipped: no PostgreSQL in ${debianFolder} and no POSTGRES_BIN; apt-get install postgresql`);
  return false;
};

/** A PostgreSQL of its own, reached by a socket in a folder of its own. */
export type Postgres = AsyncDisposable & {
  readonly config: { readonly host: string; readonly user: string; readonly database: string };
  /** Whether it has the extension pgvector. Without it, `<->` measures distances of arrays of numbers all the same. */
  readonly hasPgvector: boolean;
};

export const startPostgres = async (): Promise<Postgres> => {
  const bin = postgresBin() ?? '';
  const folder = await createTemporaryFolder();
  const user = unprivileged();
  if (user !== undefined) chownSync(folder.path, user.uid, user.gid);
  const data = join(folder.path, 'data');
  const options = { ...user, cwd: folder.path, stdio: 'pipe' } as const;
  execFileSync(join(bin, 'initdb'), ['-D', data, '-U', 'costspan', '--auth=trust', '--no-sync', '-E', 'UTF8'], options);
  const settings = ['listen_addresses=', `unix_socket_directories=${folder.path}`, 'fsync=off'];
  const server = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    ...user,
    cwd: folder.path,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    let said = '';
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${said}`)));
    server.stderr.on('data', (text) => {
      said += String(text);
      if (said.includes('ready to accept connections')) resolve();
    });
  });
  const config = { host: folder.path, user: 'costspan', database: 'postgres' };
  const hasPgvector = await createTable(config);
  return {
    config,
    hasPgvector,
    [Symbol.asyncDispose]: async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      // Waits for connections that are closing: a client that is told to go would say so as an error nobody listens to.
      server.kill('SIGTERM');
      const impatient = setTimeout(() => server.kill('SIGINT'), 5_000);
      await gone;
      clearTimeout(impatient);
      await folder.remove();
    },
  };
};

// PostgreSQL refuses to run as root: it runs as nobody then.
const unprivileged = (): { readonly uid: number; readonly gid: number } | undefined =>
  process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : undefined;

const plainDistance = `
  CREATE FUNCTION distance(a float8[], b float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE
    AS 'SELECT sqrt(sum((x - y) ^ 2)) FROM unnest(a, b) AS pairs(x, y)';
  CREATE OPERATOR <-> (FUNCTION = distance, LEFTARG = float8[], RIGHTARG = float8[])`;

const createTable = async (config: Postgres['config']): Promise<boolean> => {
  const client = new Client(config);
  await client.connect();
  const { rowCount } = await client.query(`SELECT FROM pg_available_extensions WHERE name = 'vector'`);
  const hasPgvector = rowCount === 1;
  await client.query(hasPgvector ? 'CREATE EXTENSION vector' : plainDistance);
  await client.query(`CREATE TABLE articles (id int, embedding ${hasPgvector ? 'vector(2)' : 'float8[]'})`);
  await client.query(
    `INSERT INTO articles VALUES (1, '${hasPgvector ? '[1,0]' : '{1,0}'}'), (2, '${hasPgvector ? '[0,1]' : '{0,1}'}')`,
  );
  await client.end();
  return hasPgvector;
};

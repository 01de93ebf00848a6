import {
  type Config,
  createLogger,
  describeFault,
  type Logger,
  parseAddress,
  readConfig,
  type Service,
  serve,
  systemClock,
  workersMax,
} from '@costspan/collector-processor';
import { type Command, InvalidArgumentError } from 'commander';

type ServeFlags = { readonly config?: string; readonly endpoint?: string; readonly ledger?: string; readonly workers?: string };

/** Adds `costspan serve`. */
export function registerServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Receive OTLP, price spans, keep cost records. Runs until it is told to stop.')
    .option('-c, --config <file>', 'configuration file; without one, defaults for a laptop')
    .option('--endpoint <host:port>', 'address to listen on, instead of the configured one', addressText)
    .option('--ledger <file>', 'ledger file, instead of the configured one')
    .option('--workers <number>', 'network threads, instead of the configured number', workersText)
    .action(runServe);
}

async function runServe({ config: file, endpoint, ledger, workers }: ServeFlags): Promise<void> {
  const { config, warnings } = await readConfig(file, process.env, {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(ledger === undefined ? {} : { ledgerFile: ledger }),
    ...(workers === undefined ? {} : { workers }),
  });
  const logger = stderrLogger(config);
  for (const warning of warnings) logger.warn('configuration', { problem: warning });
  const service = await serve({ config, logger });
  process.stdout.write(greeting(service, config, file, process.stdout.isTTY === true));
  logger.info('listening', { url: service.url, ...(service.grpcUrl === undefined ? {} : { grpcUrl: service.grpcUrl }) });
  await untilStopped(service, logger);
}

/** Checked here, where it was typed: in the configuration it would look like a mistake of the file. */
function addressText(given: string): string {
  if (parseAddress(given) === undefined) throw new InvalidArgumentError('Expected an address such as 127.0.0.1:4318.');
  return given;
}

function workersText(given: string): string {
  if (!/^[1-9]\d*$/.test(given) || Number(given) > workersMax) {
    throw new InvalidArgumentError(`Expected a whole number from 1 to ${workersMax}.`);
  }
  return given;
}

/** Resolves once a signal has asked for the end and the service has closed. A second signal does not wait. */
function untilStopped(service: Service, logger: Logger): Promise<void> {
  process.on('SIGHUP', () => {
    service.reload().then(
      () => logger.info('price books and certificates were read again'),
      (error: unknown) =>
        logger.error('nothing was reloaded', { problem: error instanceof Error ? error.message : String(error) }),
    );
  });
  // The service answers for its own faults; one that escapes must not end it for every sender.
  process.on('unhandledRejection', (reason) => logger.error('internal fault', { fault: describeFault(reason) }));
  return new Promise((resolve, reject) => {
    let asked = false;
    const stop = (signal: string): void => {
      if (asked) process.exit(1);
      asked = true;
      logger.info('stopping', { signal });
      service.close().then(() => {
        logger.info('stopped');
        resolve();
      }, reject);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

function stderrLogger({ service }: Config): Logger {
  const { level, encoding } = service.log;
  return createLogger({
    level,
    encoding: encoding === 'auto' ? (process.stderr.isTTY === true ? 'console' : 'json') : encoding,
    clock: systemClock,
    write: (line) => process.stderr.write(line),
  });
}

/** What stands on standard output once requests are taken: a hint for people, one JSON line for programs. */
function greeting({ url, port, grpcUrl }: Service, config: Config, file: string | undefined, forPeople: boolean): string {
  const ledger = config.ledger?.file;
  if (!forPeople)
    return `${JSON.stringify({ event: 'listening', url, port, ...(grpcUrl && { grpcUrl }), ...(ledger && { ledger }) })}\n`;
  const lines = [
    `Listening for OTLP on ${[url, ...(grpcUrl === undefined || grpcUrl === url ? [] : [`${grpcUrl} (gRPC)`])].join(' and ')}.`,
    `Ledger: ${ledger ?? 'off'}. Configuration: ${file ?? 'none, the defaults'}.`,
    '',
    'In the environment of what you want to meter:',
    '',
    `  export OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
    `  export OTEL_EXPORTER_OTLP_PROTOCOL=${grpcUrl === url ? 'grpc' : 'http/protobuf'}`,
    '',
    `Then: costspan report${ledger === undefined || ledger === './costspan.db' ? '' : ` --ledger ${ledger}`}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

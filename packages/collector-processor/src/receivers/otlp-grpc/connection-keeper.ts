import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Clock } from '../../clock.ts';
import type { OtlpGrpcReceiverConfig } from '../../config/config.ts';
import { grpcPingsMax, headerTimeoutMs } from '../../limits.ts';

/** Watches over the life of connections: their age, their silence, and PINGs without a call. */
export type ConnectionKeeper = {
  readonly add: (session: ServerHttp2Session) => void;
  readonly noteCall: (stream: ServerHttp2Stream) => void;
  /** Asks every client to close: GOAWAY. Calls under way go on. */
  readonly closeAll: () => void;
  readonly destroyAll: () => void;
};

type Life = {
  readonly bornMs: number;
  calledMs: number;
  openCalls: number;
  hasCalled: boolean;
  pings: number;
  closingMs: number;
};

/** Times of the configuration are looked at this often in each of them. */
const looksPerTime = 4;

/** Creates the keeper of a receiver. */
export function createConnectionKeeper(config: OtlpGrpcReceiverConfig, clock: Pick<Clock, 'nowMs'>): ConnectionKeeper {
  const lives = new Map<ServerHttp2Session, Life>();
  let timer: NodeJS.Timeout | undefined;

  const look = (): void => {
    const nowMs = clock.nowMs();
    for (const [session, life] of lives) {
      if (life.closingMs > 0) {
        if (nowMs - life.closingMs >= config.connectionGraceMs) session.destroy();
      } else if (isDue(life, nowMs, config)) {
        life.closingMs = nowMs;
        session.close();
      }
    }
  };

  const times = [config.idleTimeoutMs, config.connectionAgeMs, config.connectionGraceMs, headerTimeoutMs];
  const everyMs = Math.max(10, Math.min(1_000, ...times.filter((time) => time > 0)) / looksPerTime);

  return {
    add: (session) => {
      const nowMs = clock.nowMs();
      const life: Life = { bornMs: nowMs, calledMs: nowMs, openCalls: 0, hasCalled: false, pings: 0, closingMs: 0 };
      lives.set(session, life);
      timer ??= setInterval(look, everyMs).unref();
      session.on('ping', () => {
        life.pings += 1;
        if (life.pings <= grpcPingsMax) return;
        session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM);
        session.destroy();
      });
      session.once('close', () => {
        lives.delete(session);
        if (lives.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      });
    },
    noteCall: (stream) => {
      const life = stream.session === undefined ? undefined : lives.get(stream.session as ServerHttp2Session);
      if (life === undefined) return;
      life.hasCalled = true;
      life.pings = 0;
      life.openCalls += 1;
      stream.once('close', () => {
        life.openCalls -= 1;
        life.calledMs = clock.nowMs();
      });
    },
    closeAll: () => {
      for (const session of lives.keys()) session.close();
    },
    destroyAll: () => {
      for (const session of lives.keys()) session.destroy();
    },
  };
}

/** True when a connection is to be closed: too old, silent for too long, or opened without ever making a call. */
function isDue(
  { bornMs, calledMs, openCalls, hasCalled }: Life,
  nowMs: number,
  { connectionAgeMs, idleTimeoutMs }: OtlpGrpcReceiverConfig,
): boolean {
  if (connectionAgeMs > 0 && nowMs - bornMs >= connectionAgeMs) return true;
  if (openCalls > 0) return false;
  return nowMs - calledMs >= (hasCalled ? idleTimeoutMs : Math.min(headerTimeoutMs, idleTimeoutMs));
}

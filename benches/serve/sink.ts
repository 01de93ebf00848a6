// A destination that takes everything at once, in a process of its own: OTLP over HTTP and over gRPC.
import { createServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';

const http = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 });
    response.end();
  });
});

const grpc = createHttp2Server({ settings: { initialWindowSize: 16 * 2 ** 20 } });
grpc.on('session', (session) => session.setLocalWindowSize(64 * 2 ** 20));
grpc.on('stream', (stream) => {
  stream.resume();
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  });
});

http.listen(0, '127.0.0.1', () => {
  grpc.listen(0, '127.0.0.1', () => {
    const [httpAddress, grpcAddress] = [http.address(), grpc.address()];
    if (typeof httpAddress === 'object' && typeof grpcAddress === 'object') {
      process.send?.({ http: httpAddress?.port, grpc: grpcAddress?.port });
    }
  });
});
process.on('disconnect', () => process.exit(0));

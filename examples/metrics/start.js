import { register } from 'prom-client';
import { createService } from './service.js';

const PORT = Number(process.env.PORT ?? 3000);

createService({ registry: register }).listen(PORT, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${PORT}`;
  console.log(`Serving at ${url}. Try:

  curl "${url}/?n=[1-25]"            twenty are allowed, the others refused
  curl "${url}/search?n=[1-8]"       a limit that refuses nobody yet
  curl "${url}/pay?fail&n=[1-5]"     three failures open the circuit breaker
  curl -Z "${url}/report?n=[1-5]"   two may be under way, the others are refused
  curl ${url}/metrics                what Prometheus scrapes`);
});

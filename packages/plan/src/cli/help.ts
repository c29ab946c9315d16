export const HELP = `Which rate limit fits your traffic? Reads access logs, and prints for each rate the smallest burst at which clients are never refused.

  npx @breaking/plan access.log access.log.*.gz
  zcat access.log.gz | npx @breaking/plan -

  --key ip|user|header:NAME|field:PATH   what identifies the client; default ip
  --cost bytes|field:PATH                what a request costs; default 1
  --match 'POST /login'                  only these requests: a method, a path (/api/**), or both; may be repeated
  --since TIME, --until TIME             only requests from since until before until, such as 2026-05-17T10:00:00Z
  --cover 95%,99%,100%                   shares of the clients
  --rates 1/day,10/min,5/s               instead of 12 rates from 1 a day to 1000 a second
  --policy 'perMinute(10, { burst: 25 })'
                                         what this would have refused; also restoreRateHz=0.5,capacityMax=10; several are
                                         decided together
  --json                                 for scripts
  --html plan.html                       a page with pictures
  --help

A field of a JSON line has a path (req.user.id), a field of a text line a number from 1. Text in quotes or brackets is one field.
Formats: Apache's and nginx's common and combined format, AWS ALB, JSON lines of pino-http, Fastify, Caddy and Traefik;
gzip or not. Several files are merged in order of time.

Exit codes: 0; 1 if the log cannot be read, is mostly in an unknown format, or has no requests, or if the result cannot be
written; 2 if the arguments are wrong.
`;

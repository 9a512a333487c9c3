/**
 * `deno task rehearse:monitoring`: a real Prometheus, with the shipped rules, watches real nodes while
 * everything that an alert is for goes wrong, one thing after the other. Ends with 1 unless each alert
 * fired for its cause, and ended after it.
 *
 * Time runs thirty times as fast for Prometheus: see `monitoring/faster.ts`. Needs root (it limits a
 * node's memory), Postgres with its client programs, Redis, and of Debian
 * `prometheus prometheus-postgres-exporter prometheus-redis-exporter`.
 *
 * @module
 */
import * as rehearsal from "./monitoring/rehearsal.ts";
import { runRehearsal } from "./rehearsal.ts";

if (import.meta.main) await runRehearsal(rehearsal);

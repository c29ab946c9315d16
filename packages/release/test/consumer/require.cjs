const core = require('@breaking/core');
const express = require('@breaking/express');
const fastify = require('@breaking/fastify');
const fetch = require('@breaking/fetch');
const hono = require('@breaking/hono');
const http = require('@breaking/http');
const koa = require('@breaking/koa');
const { observe } = require('@breaking/metrics/otel');
const { collectInto } = require('@breaking/metrics/prometheus');
const plan = require('@breaking/plan');
const redis = require('@breaking/redis');
const web = require('@breaking/web');
const requests = require('./requests.cjs');

const metrics = { observe, collectInto };
const dashboards = {
  express: require('@breaking/dashboard/express'),
  koa: require('@breaking/dashboard/koa'),
  fastify: require('@breaking/dashboard/fastify'),
};
requests({ core, dashboards, express, fastify, fetch, hono, http, koa, metrics, plan, redis, web }).then(
  said => console.log(JSON.stringify(said)),
);

import * as core from '@breaking/core';
import * as dashboardOnExpress from '@breaking/dashboard/express';
import * as dashboardOnFastify from '@breaking/dashboard/fastify';
import * as dashboardOnKoa from '@breaking/dashboard/koa';
import * as express from '@breaking/express';
import fastify from '@breaking/fastify';
import * as hono from '@breaking/hono';
import * as http from '@breaking/http';
import * as koa from '@breaking/koa';
import { observe } from '@breaking/metrics/otel';
import { collectInto } from '@breaking/metrics/prometheus';
import * as redis from '@breaking/redis';
import * as web from '@breaking/web';
import requests from './requests.cjs';

const metrics = { observe, collectInto };
const dashboards = { express: dashboardOnExpress, koa: dashboardOnKoa, fastify: dashboardOnFastify };
const breaking = { core, dashboards, express, fastify, hono, http, koa, metrics, redis, web };
console.log(JSON.stringify(await requests(breaking)));

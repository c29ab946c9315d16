import * as core from '@breaking/core';
import * as express from '@breaking/express';
import fastify from '@breaking/fastify';
import * as http from '@breaking/http';
import * as koa from '@breaking/koa';
import { observe } from '@breaking/metrics/otel';
import { collectInto } from '@breaking/metrics/prometheus';
import * as redis from '@breaking/redis';
import requests from './requests.cjs';

const metrics = { observe, collectInto };
console.log(JSON.stringify(await requests({ core, express, fastify, http, koa, metrics, redis })));

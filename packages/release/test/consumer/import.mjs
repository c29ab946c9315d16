import * as core from '@breaking/core';
import * as express from '@breaking/express';
import fastify from '@breaking/fastify';
import * as http from '@breaking/http';
import * as koa from '@breaking/koa';
import * as redis from '@breaking/redis';
import requests from './requests.cjs';

console.log(JSON.stringify(await requests({ core, express, fastify, http, koa, redis })));

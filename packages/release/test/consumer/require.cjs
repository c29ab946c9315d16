const core = require('@breaking/core');
const express = require('@breaking/express');
const fastify = require('@breaking/fastify');
const http = require('@breaking/http');
const koa = require('@breaking/koa');
const redis = require('@breaking/redis');
const requests = require('./requests.cjs');

requests({ core, express, fastify, http, koa, redis }).then(said => console.log(JSON.stringify(said)));

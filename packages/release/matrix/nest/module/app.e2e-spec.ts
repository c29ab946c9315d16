import { BreakingGuard, getLimiterToken, RateLimiter } from '@breaking/nest';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import request from 'supertest';
import { AppModule } from './app.module.js';

describe('AppController (e2e)', () => {
  let app: INestApplication;

  beforeEach(async () => {
    const moduleFixture = await Test.createTestingModule({ imports: [AppModule] }).compile();
    app = moduleFixture.createNestApplication();
    await app.init();
  });

  afterEach(async () => {
    await app.close();
  });

  it('/ (GET)', () => {
    return request(app.getHttpServer()).get('/').expect(200).expect('Hello World!');
  });

  it('/limited (GET)', async () => {
    await request(app.getHttpServer()).get('/limited').expect(200);
    await request(app.getHttpServer())
      .get('/limited')
      .expect(429)
      .expect('Content-Type', 'application/problem+json')
      .expect('Retry-After', '60');
  });

  it('/broken (GET)', async () => {
    app.useLogger(false);
    await request(app.getHttpServer()).get('/broken').expect(500);
    await request(app.getHttpServer()).get('/broken').expect(503);
  });

  it('provides the limiter', () => {
    expect(app.get(getLimiterToken('login'))).toBeInstanceOf(RateLimiter);
  });
});

describe('AppController without its limits (e2e)', () => {
  it('/limited (GET)', async () => {
    const moduleFixture = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(BreakingGuard)
      .useValue({ canActivate: () => true })
      .compile();
    const app: INestApplication = moduleFixture.createNestApplication();
    await app.init();
    await request(app.getHttpServer()).get('/limited').expect(200);
    await request(app.getHttpServer()).get('/limited').expect(200);
    await app.close();
  });
});

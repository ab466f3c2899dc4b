import type { FastifyInstance } from 'fastify';

const SCHEMA = {
  operationId: 'openApiDocument',
  summary: 'This document',
  response: { 200: { description: 'OpenAPI 3.1', type: 'object' } },
};

export function addOpenApiDocument(api: FastifyInstance): void {
  api.get('/openapi.json', { schema: SCHEMA }, async () => api.swagger());
}

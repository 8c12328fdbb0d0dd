export { FakeApiServer, type Stored } from './fake-api-server.js';
export { deployment, autoscaler, pod } from './objects.js';

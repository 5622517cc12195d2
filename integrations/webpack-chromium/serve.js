import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const types = { html: 'text/html', js: 'text/javascript' };

/** Serves the page and what webpack made, with the given headers. */
export async function serve(headers) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const path = pathname === '/' ? '/index.html' : pathname;
    try {
      const content = await readFile(new URL(`.${path}`, import.meta.url));
      response.writeHead(200, { ...headers, 'Content-Type': types[path.split('.').at(-1)] }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0), 'listening');
  return { address: `http://localhost:${server.address().port}/`, close: () => server.close() };
}

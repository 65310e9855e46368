// Plain Node: the echo, with nothing in front or behind. Prints its port.
const http = require('http');

const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('error', () => {});
    request.on('end', () => {
        try {
            const body = JSON.stringify({ echo: JSON.parse(Buffer.concat(chunks)) });
            response.setHeader('content-type', 'application/json');
            response.setHeader('content-length', Buffer.byteLength(body));
            response.end(body);
        } catch {
            response.statusCode = 400; // a body that was cut short when the load ended
            response.end();
        }
    });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

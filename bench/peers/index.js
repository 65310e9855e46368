// For functions-framework (echo) and for serverless-offline (lambdaEcho).
exports.echo = (request, response) => response.json({ echo: request.body });

exports.lambdaEcho = async (event) => ({
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ echo: JSON.parse(event.body) }),
});

export default {
    async fetch(request) {
        return Response.json({ echo: await request.json() });
    },
};

exports.answerAtOnce = (event, context, callback) => callback(null, { echo: event });
exports.answer = async (event) => ({ echo: event });

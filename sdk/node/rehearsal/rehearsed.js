'use strict';
// The function that a stem rehearses with.
class Rehearsed {
  constructor(event) {
    this.event = event;
  }

  answer() {
    const { event } = this;
    return { event, keys: Object.keys(event).map((key) => key.toUpperCase()) };
  }
}

exports.handler = async (event, context) => {
  console.log('rehearsed %s', context.awsRequestId, context.getRemainingTimeInMillis());
  await null;
  if (event.fail) {
    throw new RangeError('rehearsed');
  }
  return new Rehearsed(event).answer();
};
